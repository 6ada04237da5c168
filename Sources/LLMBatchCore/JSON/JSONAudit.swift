/// Finds what JSON syntax allows but parsers treat differently: duplicate members in an object, and half a surrogate
/// pair in a string. One parser uses the first and another the last; one rejects the text and another replaces it.
package enum JSONAudit {
    /// The first finding.
    package enum Finding {
        /// The key, and the depth of its object; 1 is the outermost.
        case twice(key: String, depth: Int, offset: Int)
        case halfPair(escape: String, offset: Int)
    }

    /// Audits a text whose syntax has been checked.
    package static func finding(in bytes: [UInt8]) -> Finding? {
        bytes.withUnsafeBufferPointer { whole in
            var walk = Walk(bytes: whole)
            return walk.run()
        }
    }

    private struct Walk {
        let bytes: UnsafeBufferPointer<UInt8>
        /// The keys of the objects that are open, innermost last.
        private var keys: [Range<Int>] = []
        /// The index in `keys` at which each open object's keys start; nil for an array.
        private var open: [Int?] = []
        private var expectsKey = false

        init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        mutating func run() -> Finding? {
            var place = 0
            while place < bytes.count {
                switch bytes[place] {
                case UInt8(ascii: "{"):
                    open.append(keys.count)
                    expectsKey = true
                case UInt8(ascii: "["):
                    open.append(nil)
                    expectsKey = false
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if let start = open.popLast() ?? nil { keys.removeSubrange(start...) }
                    expectsKey = false
                case UInt8(ascii: ","): expectsKey = open.last.map { $0 != nil } ?? false
                case UInt8(ascii: "\""):
                    let start = place
                    if let half = string(&place) { return half }
                    if expectsKey, let twice = key(start..<place + 1) { return twice }
                    expectsKey = false
                default: break
                }
                place += 1
            }
            return nil
        }

        /// Advances to the closing quote of a string.
        private func string(_ place: inout Int) -> Finding? {
            place += 1
            while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
                guard bytes[place] == UInt8(ascii: "\\") else {
                    place = bytes.endOfPlainText(from: place + 1)
                    continue
                }
                guard let unit = unit(at: place), 0xD800...0xDFFF ~= unit else {
                    place += 2
                    continue
                }
                guard unit < 0xDC00, let second = self.unit(at: place + 6), 0xDC00...0xDFFF ~= second else {
                    let escape = String(decoding: bytes[place..<min(bytes.count, place + 6)], as: UTF8.self)
                    return .halfPair(escape: escape, offset: place)
                }
                place += 12
            }
            return nil
        }

        /// The UTF-16 unit of a `\u` escape.
        private func unit(at place: Int) -> UInt32? {
            guard place + 6 <= bytes.count, bytes[place] == UInt8(ascii: "\\"), bytes[place + 1] == UInt8(ascii: "u")
            else {
                return nil
            }
            return UInt32(String(decoding: bytes[(place + 2)..<(place + 6)], as: UTF8.self), radix: 16)
        }

        private mutating func key(_ range: Range<Int>) -> Finding? {
            let start = (open.last ?? nil) ?? keys.count
            defer { keys.append(range) }
            guard keys[start...].contains(where: { isSame($0, range) }) else { return nil }
            return .twice(key: JSONText.string(bytes, range), depth: open.count, offset: range.lowerBound)
        }

        private func isSame(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
            if bytes[one].contains(UInt8(ascii: "\\")) || bytes[other].contains(UInt8(ascii: "\\")) {
                return JSONText.string(bytes, one).hasSameBytes(as: JSONText.string(bytes, other))
            }
            return one.count == other.count && bytes[one].elementsEqual(bytes[other])
        }
    }
}

extension JSONAudit.Finding {
    /// The finding as a phrase that follows "the line" or "the row".
    package var words: String {
        switch self {
        case .twice(let key, 1, _): "has \(key.prefix(80)) twice"
        case .twice(let key, _, let offset):
            "has an object with \"\(key.prefix(80))\" twice (at byte \(offset + 1)), of which services read different ones"
        case .halfPair(let escape, let offset):
            "contains half a surrogate pair, \(escape) (at byte \(offset + 1)), which is not a character: services reject the whole file for it"
        }
    }
}
