/// Finds the id of a request in a line that is not valid JSON: damaged, or cut short.
///
/// Only a member in its own place counts. A member of the same name within another member, or within a text, is
/// ignored.
enum SalvagedID {
    /// - Parameter key: the member that names the request; a dotted path where it is nested.
    static func find(_ key: String, in line: [UInt8]) -> CustomID? {
        let path = key.split(separator: ".").map { Array($0.utf8) }
        return line.withUnsafeBufferPointer { bytes in
            var search = Search(bytes: bytes, path: path)
            return search.run()
        }
    }

    /// Scans only strings and brackets, so that damage elsewhere does not matter.
    private struct Search {
        let bytes: UnsafeBufferPointer<UInt8>
        let path: [[UInt8]]
        var place = 0
        /// The keys of the open objects; nil for an array.
        var open: [[UInt8]?] = []
        var key: [UInt8]?

        mutating func run() -> CustomID? {
            while place < bytes.count {
                let byte = bytes[place]
                place += 1
                switch byte {
                case UInt8(ascii: "{"): open.append(key ?? []); key = nil
                case UInt8(ascii: "["): open.append(nil); key = nil
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    // An unmatched closing bracket shows that the beginning is missing.
                    if open.popLast() == nil { return nil }
                    key = nil
                case UInt8(ascii: ","): key = nil
                case UInt8(ascii: "\""):
                    guard let text = text() else { return nil }
                    if isFollowedByColon() {
                        key = Array(bytes[(text.lowerBound + 1)..<(text.upperBound - 1)])
                    } else if let key, path.last == key, isInPlace {
                        return CustomID(JSONText.string(bytes, text))
                    }
                default: break
                }
            }
            return nil
        }

        /// True in the object that holds the id: the line itself, or the one that the path leads to.
        private var isInPlace: Bool {
            open.count == path.count && open.dropFirst().elementsEqual(path.dropLast(), by: { $0 == $1 })
        }

        /// The string that starts at `place`, with its quotes; nil when it does not end.
        private mutating func text() -> Range<Int>? {
            let start = place - 1
            while place < bytes.count {
                let byte = bytes[place]
                place += byte == UInt8(ascii: "\\") ? 2 : 1
                if byte == UInt8(ascii: "\"") { return start..<place }
            }
            return nil
        }

        private func isFollowedByColon() -> Bool {
            var next = place
            while next < bytes.count, [0x20, 0x09].contains(bytes[next]) { next += 1 }
            return next < bytes.count && bytes[next] == UInt8(ascii: ":")
        }
    }
}
