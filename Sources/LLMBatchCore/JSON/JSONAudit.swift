/// Finds in JSON text what its syntax allows and its readers do not agree on: a member that stands twice in an object, and half a
/// surrogate pair in a text. One reader takes the first and another the last, one refuses the text and another replaces it.
enum JSONAudit {
    /// What was found first.
    enum Finding {
        /// The key, and how deep its object lies: 1 is the outermost.
        case twice(key: String, depth: Int, offset: Int)
        case halfPair(escape: String, offset: Int)
    }

    /// Looks through a text whose syntax has been checked.
    static func finding(in bytes: [UInt8]) -> Finding? {
        bytes.withUnsafeBufferPointer { whole in
            var walk = Walk(bytes: whole)
            return walk.run()
        }
    }

    private struct Walk {
        let bytes: UnsafeBufferPointer<UInt8>
        /// The keys of the objects that are open, innermost last.
        private var keys: [Range<Int>] = []
        /// Where the keys of each open object begin in `keys`; nil for an array.
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

        /// Moves on to the quote that ends a string.
        private func string(_ place: inout Int) -> Finding? {
            place += 1
            while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
                guard bytes[place] == UInt8(ascii: "\\") else {
                    place += 1
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
    /// In words that go on after "the line" or "the row".
    var words: String {
        switch self {
        case .twice(let key, 1, _): "has \(key.prefix(80)) twice"
        case .twice(let key, _, let offset):
            "has an object with \"\(key.prefix(80))\" twice (at byte \(offset + 1)), of which services read either one"
        case .halfPair(let escape, let offset):
            "holds half a surrogate pair, \(escape) (at byte \(offset + 1)), which is no character: services refuse all lines for it"
        }
    }
}
