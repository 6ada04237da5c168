/// A JSON value as a tree that preserves the order of members and the text of numbers.
///
/// ``JSONValue`` is for values built in code, whose members have no order. A schema's members do: a model writes its
/// fields in the order in which the schema lists them.
///
/// Equal trees have equal bytes: two spellings of one character are different texts, as in JSON.
package enum JSONNode: Sendable {
    /// One member of an object.
    package struct Member: Sendable, Hashable {
        package var key: String
        package var value: JSONNode

        package init(key: String, value: JSONNode) {
            self.key = key
            self.value = value
        }
    }

    case null
    case bool(Bool)
    /// The literal as it stands in the text.
    case number(String)
    case string(String)
    case array([JSONNode])
    case object([Member])

    /// Parses a complete text.
    package init(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        guard bytes.isUTF8 else {
            throw JSONSyntaxError(offset: 0, reason: "the text is not UTF-8")
        }
        var found: Result<JSONNode, JSONSyntaxError> = .success(.null)
        bytes.withUnsafeBufferPointer { whole in
            do throws(JSONSyntaxError) {
                var scanner = JSONScanner(whole)
                let range = try scanner.value()
                try scanner.end()
                found = .success(try Self.node(whole, range))
            } catch {
                found = .failure(error)
            }
        }
        self = try found.get()
    }

    /// The value at `range` of a text whose syntax has been checked.
    private static func node(
        _ whole: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) throws(JSONSyntaxError) -> JSONNode {
        var scanner = JSONScanner(UnsafeBufferPointer(rebasing: whole[..<range.upperBound]), at: range.lowerBound)
        switch whole[range.lowerBound] {
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "t"): return .bool(true)
        case UInt8(ascii: "f"): return .bool(false)
        case UInt8(ascii: "\""): return .string(JSONText.string(whole, range))
        case UInt8(ascii: "{"):
            var members: [Member] = []
            try scanner.object { key, value throws(JSONSyntaxError) in
                members.append(Member(key: JSONText.string(whole, key), value: try node(whole, value)))
            }
            return .object(members)
        case UInt8(ascii: "["):
            var values: [JSONNode] = []
            scanner.position += 1
            scanner.skipWhitespace()
            while scanner.position < range.upperBound - 1 {
                values.append(try node(whole, try scanner.value()))
                scanner.skipWhitespace()
                scanner.position += 1
                scanner.skipWhitespace()
            }
            return .array(values)
        default: return .number(String(decoding: whole[range], as: UTF8.self))
        }
    }

    /// Compact JSON text, members in their order: equal trees give equal bytes.
    package var json: [UInt8] {
        var text: [UInt8] = []
        write(to: &text)
        return text
    }

    private func write(to text: inout [UInt8]) {
        switch self {
        case .null: text += Array("null".utf8)
        case .bool(let value): text += Array((value ? "true" : "false").utf8)
        case .number(let literal): text += Array(literal.utf8)
        case .string(let value): text += JSONText.quoted(value)
        case .array(let values):
            text.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                value.write(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text += JSONText.quoted(member.key)
                text.append(UInt8(ascii: ":"))
                member.value.write(to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONNode {
    /// The members of an object; nil for anything else.
    package var members: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The elements of an array; nil for anything else.
    package var elements: [JSONNode]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The text of a string; nil for anything else.
    package var text: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The literal of a number; nil for anything else.
    package var literal: String? {
        if case .number(let literal) = self { literal } else { nil }
    }

    /// The value of a member, with keys compared by bytes; the last of a duplicate key. Setting nil removes it, and
    /// setting a new key appends it.
    package subscript(key: String) -> JSONNode? {
        get { members?.last { $0.key.hasSameBytes(as: key) }?.value }
        set {
            var members = members ?? []
            let place = members.lastIndex { $0.key.hasSameBytes(as: key) }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
            self = .object(members)
        }
    }
}

extension JSONNode: Hashable {
    package static func == (one: JSONNode, other: JSONNode) -> Bool {
        switch (one, other) {
        case (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.number(let one), .number(let other)), (.string(let one), .string(let other)):
            one.hasSameBytes(as: other)
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let text), .string(let text): hasher.combine(Array(text.utf8))
        case .array(let values): hasher.combine(values)
        case .object(let members): hasher.combine(members)
        }
    }
}

extension JSONNode.Member {
    package static func == (one: Self, other: Self) -> Bool {
        one.key.hasSameBytes(as: other.key) && one.value == other.value
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(Array(key.utf8))
        hasher.combine(value)
    }
}

extension JSONNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .number(String(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONNode...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONNode)...) {
        self = .object(elements.map { Member(key: $0.0, value: $0.1) })
    }
}
