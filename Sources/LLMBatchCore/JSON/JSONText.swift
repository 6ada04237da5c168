/// Small helpers to read and write JSON text.
package enum JSONText {
    /// The string of a text that is a single string literal; nil for anything else.
    package static func literal(_ bytes: [UInt8]) -> String? {
        bytes.withUnsafeBufferPointer { whole in
            var scanner = JSONScanner(whole)
            guard let range = try? scanner.value(), (try? scanner.end()) != nil,
                whole[range.lowerBound] == UInt8(ascii: "\"")
            else { return nil }
            return string(whole, range)
        }
    }

    /// True for a complete, valid JSON text of any kind.
    package static func isJSON(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { whole in
            var scanner = JSONScanner(whole)
            return (try? scanner.value()) != nil && (try? scanner.end()) != nil
        }
    }

    /// Decodes the string literal at `range` (with its quotes) of a text whose syntax has been checked; empty where the
    /// range cannot hold one.
    package static func string(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
        guard range.count >= 2, range.lowerBound >= 0, range.upperBound <= bytes.count else { return "" }
        let inner = UnsafeBufferPointer(rebasing: bytes[(range.lowerBound + 1)..<(range.upperBound - 1)])
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        var units: [UInt16] = []
        units.reserveCapacity(inner.count)
        for unit in String(decoding: inner, as: UTF8.self).utf16 { units.append(unit) }
        return String(decoding: unescaped(units), as: UTF16.self)
    }

    private static func unescaped(_ units: [UInt16]) -> [UInt16] {
        var out: [UInt16] = []
        out.reserveCapacity(units.count)
        var index = 0
        while index < units.count {
            guard units[index] == 0x5C, index + 1 < units.count else { out.append(units[index]); index += 1; continue }
            switch UInt8(truncatingIfNeeded: units[index + 1]) {
            case UInt8(ascii: "u") where index + 5 < units.count:
                let digits = String(decoding: units[(index + 2)...(index + 5)], as: UTF16.self)
                out.append(UInt16(digits, radix: 16) ?? 0xFFFD)
                index += 6
                continue
            case UInt8(ascii: "b"): out.append(0x08)
            case UInt8(ascii: "f"): out.append(0x0C)
            case UInt8(ascii: "n"): out.append(0x0A)
            case UInt8(ascii: "r"): out.append(0x0D)
            case UInt8(ascii: "t"): out.append(0x09)
            default: out.append(units[index + 1])
            }
            index += 2
        }
        return out
    }

    package static func elements(_ bytes: [UInt8], _ range: Range<Int>) -> [Range<Int>]? {
        bytes.withUnsafeBufferPointer { whole in
            var scanner = JSONScanner(
                UnsafeBufferPointer(rebasing: whole[..<range.upperBound]), at: range.lowerBound + 1)
            var found: [Range<Int>] = []
            while true {
                scanner.skipWhitespace()
                guard scanner.position < range.upperBound - 1 else { return found }
                guard let element = try? scanner.value() else { return nil }
                found.append(element)
                scanner.skipWhitespace()
                scanner.position += 1
            }
        }
    }

    /// True for a non-empty array of numbers, in text that is known to be JSON.
    package static func isVector(_ text: ArraySlice<UInt8>) -> Bool {
        guard text.first == UInt8(ascii: "[") else { return false }
        var hasDigit = false
        for byte in text.dropFirst() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            // Strings, objects, arrays, null, true and false: no number contains any of these.
            case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["): return false
            case UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "f"): return false
            default: break
            }
        }
        return hasDigit
    }

    /// The bytes without a leading byte order mark.
    package static func withoutMark(_ bytes: [UInt8]) -> [UInt8] {
        bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    /// Checks that a text is a single JSON value, apart from surrounding white space.
    package static func check(_ bytes: [UInt8]) throws(JSONSyntaxError) {
        let failure: JSONSyntaxError? = bytes.withUnsafeBufferPointer { whole in
            do throws(JSONSyntaxError) {
                var scanner = JSONScanner(whole)
                _ = try scanner.value()
                try scanner.end()
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// The end of the value that starts at a position; nil when there is no complete value.
    package static func end(ofValueAt place: Int, in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { whole in
            var scanner = JSONScanner(whole, at: place)
            return (try? scanner.value())?.upperBound
        }
    }

    /// Builds an object from members whose values are JSON text.
    package static func object(_ members: [(key: String, value: some Sequence<UInt8>)]) -> [UInt8] {
        var text = [UInt8(ascii: "{")]
        for (key, value) in members {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            text += quoted(key)
            text.append(UInt8(ascii: ":"))
            text += value
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    /// Builds an array from elements that are JSON text.
    package static func array(_ elements: [[UInt8]]) -> [UInt8] {
        var text = [UInt8(ascii: "[")]
        text.reserveCapacity(elements.reduce(2) { $0 + $1.count + 1 })
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += element
        }
        text.append(UInt8(ascii: "]"))
        return text
    }

    /// The text without surrounding JSON white space.
    package static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return bytes[first...last]
    }

    /// The text without trailing commas, for texts that are otherwise JSON.
    package static func withoutTrailingCommas(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var (isString, isEscaped) = (false, false)
        var comma: Int?
        for byte in bytes {
            if isString {
                isString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            } else {
                switch byte {
                case UInt8(ascii: ","): comma = out.count
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if let place = comma { out.remove(at: place) }
                    comma = nil
                case 0x20, 0x09, 0x0A, 0x0D: break
                default:
                    comma = nil
                    isString = byte == UInt8(ascii: "\"")
                }
            }
            out.append(byte)
        }
        return out
    }

    /// A string as a JSON string literal.
    package static func quoted(_ text: String) -> [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "\"")]
        out.reserveCapacity(text.utf8.count + 2)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0x0A: out += Array("\\n".utf8)
            case 0x0D: out += Array("\\r".utf8)
            case 0x09: out += Array("\\t".utf8)
            case 0..<0x20:
                let hex = String(byte, radix: 16)
                out += Array("\\u00\(hex.count == 1 ? "0" : "")\(hex)".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
        return out
    }

    /// JSON text on one line: line breaks, which in JSON appear only between values, become spaces.
    package static func onOneLine(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 == 0x0A || $0 == 0x0D }) else { return bytes }
        return bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
    }
}
