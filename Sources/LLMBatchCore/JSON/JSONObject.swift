/// A JSON object stored as its original bytes, with the position of each member.
///
/// Nothing is decoded until it is read, and ``replacing(_:with:)`` changes one member without touching the bytes of the
/// others.
public struct JSONObject: Sendable {
    /// One member: its decoded key and the position of its value in ``bytes``.
    package struct Member: Sendable {
        /// The decoded key.
        package let key: String
        /// The position of the value.
        package let value: Range<Int>
    }

    /// The whole text.
    package let bytes: [UInt8]
    /// The members in the order of the text; a duplicate key appears twice.
    package let members: [Member]
    private let range: Range<Int>

    /// Parses a text that is a single JSON object, apart from surrounding white space.
    ///
    /// - Throws: ``JSONSyntaxError`` when the text is not JSON, or is not an object.
    public init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        try self.init(bytes, in: 0..<bytes.count)
    }

    /// Parses the object that fills `range` of `bytes`.
    ///
    /// - Throws: ``JSONSyntaxError`` when that part is not a JSON object.
    package init(_ bytes: [UInt8], in range: Range<Int>) throws(JSONSyntaxError) {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
            throw JSONSyntaxError(offset: bytes.count, reason: "the text ends before the object")
        }
        var members: [Member] = []
        members.reserveCapacity(8)
        // The closure form of withUnsafeBufferPointer cannot rethrow a typed error, so the result is carried out.
        let failure: JSONSyntaxError? = bytes.withUnsafeBufferPointer { whole in
            do throws(JSONSyntaxError) {
                var scanner = JSONScanner(
                    UnsafeBufferPointer(rebasing: whole[..<range.upperBound]), at: range.lowerBound)
                try scanner.object { key, value throws(JSONSyntaxError) in
                    members.append(Member(key: JSONText.string(whole, key), value: value))
                }
                try scanner.end()
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
        self.bytes = bytes
        self.members = members
        self.range = range
    }

    /// The text of this object alone.
    public var text: ArraySlice<UInt8> { bytes[range] }

    /// The range of the value of `key`, compared by bytes; the last of a duplicate key, as in most JSON parsers.
    package func range(of key: String) -> Range<Int>? {
        members.last { $0.key.hasSameBytes(as: key) }?.value
    }

    /// The bytes of the value of `key`.
    package func raw(_ key: String) -> ArraySlice<UInt8>? {
        range(of: key).map { bytes[$0] }
    }

    /// The string under `key`; nil when there is none or it is not a string.
    public func string(_ key: String) -> String? {
        guard let range = range(of: key), bytes[range.lowerBound] == UInt8(ascii: "\"") else { return nil }
        return bytes.withUnsafeBufferPointer { JSONText.string($0, range) }
    }

    /// The whole number of `key`, also when it is written as a string or with a zero fraction; nil otherwise.
    ///
    /// Also nil beyond ±2⁵³, where programs no longer agree on JSON numbers. Such a value is not a real count, and sums
    /// of counts stay far from overflow.
    public func integer(_ key: String) -> Int? {
        guard let text = string(key) ?? raw(key).map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        let number = Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
        return number.flatMap { Self.exactIntegers.contains($0) ? $0 : nil }
    }

    private static let exactIntegers = -9_007_199_254_740_992...9_007_199_254_740_992

    /// The object under `key`; nil when there is none or it is not an object.
    public func object(_ key: String) -> JSONObject? {
        guard let range = range(of: key), bytes[range.lowerBound] == UInt8(ascii: "{") else { return nil }
        return try? JSONObject(bytes, in: range)
    }

    /// The elements of the array under `key` that are objects; nil when there is no array.
    public func objects(_ key: String) -> [JSONObject]? {
        elements(key)?.compactMap { try? JSONObject(bytes, in: $0) }
    }

    /// The range of each element of the array under `key`; nil when there is no array.
    package func elements(_ key: String) -> [Range<Int>]? {
        guard let range = range(of: key), bytes[range.lowerBound] == UInt8(ascii: "[") else { return nil }
        return JSONText.elements(bytes, range)
    }

    /// True when `key` exists with a value other than `null`.
    package func has(_ key: String) -> Bool {
        guard let range = range(of: key) else { return false }
        return bytes[range.lowerBound] != UInt8(ascii: "n")
    }

    /// True when the value of `key` has content: a non-empty string or list, an object with members, a number, or
    /// `true`.
    package func isFilled(_ key: String) -> Bool {
        guard let range = range(of: key) else { return false }
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "\""): return range.count > 2
        case UInt8(ascii: "n"), UInt8(ascii: "f"): return false
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            return !bytes[range].dropFirst().dropLast().allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        default: return true
        }
    }

    /// The text of this object with the value of `key` replaced, or the member added at the front; every other byte is
    /// kept.
    package func replacing(_ key: String, with value: [UInt8]) -> [UInt8] {
        var text = Array(bytes[range])
        if let old = self.range(of: key) {
            text.replaceSubrange((old.lowerBound - range.lowerBound)..<(old.upperBound - range.lowerBound), with: value)
            return text
        }
        let brace = text.firstIndex(of: UInt8(ascii: "{")) ?? 0
        let member = JSONText.quoted(key) + [UInt8(ascii: ":")] + value + (members.isEmpty ? [] : [UInt8(ascii: ",")])
        text.insert(contentsOf: member, at: brace + 1)
        return text
    }
}

extension JSONObject {
    /// The object without one member; the other values are kept byte for byte.
    package func without(_ key: String) -> [UInt8] {
        JSONText.object(members.filter { !$0.key.hasSameBytes(as: key) }.map { ($0.key, bytes[$0.value]) })
    }
}
