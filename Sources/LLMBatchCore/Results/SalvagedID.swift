/// Finds the id of a request in a line that is no JSON: damaged somewhere, or cut short.
///
/// Only a member in its own place counts. One of the same name within another member, or within a text, is somebody else's.
enum SalvagedID {
    /// - Parameter key: the member that names the request; a path of keys with dots between them where it lies deeper.
    static func find(_ key: String, in line: [UInt8]) -> CustomID? {
        let path = key.split(separator: ".").map { Array($0.utf8) }
        return line.withUnsafeBufferPointer { bytes in
            var search = Search(bytes: bytes, path: path)
            return search.run()
        }
    }

    /// Walks over texts and brackets alone, so that damage to anything else does not matter.
    private struct Search {
        let bytes: UnsafeBufferPointer<UInt8>
        let path: [[UInt8]]
        var place = 0
        /// The keys of the objects that are open; nil for an array.
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
                    // What closes more than was opened says that the beginning is missing.
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

        /// True in the object in which the id lies: the line itself, or the one that the path leads to.
        private var isInPlace: Bool {
            open.count == path.count && open.dropFirst().elementsEqual(path.dropLast(), by: { $0 == $1 })
        }

        /// The text that begins before `place`, with its quotes; nil when it does not end.
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
