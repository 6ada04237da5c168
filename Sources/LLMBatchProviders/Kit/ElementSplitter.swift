import Foundation

/// Splits a JSON object while it is received: into the elements of one of its arrays, and the rest.
///
/// For services that send all results of a job within the job itself. Only one element is in memory at a time.
package struct ElementSplitter {
    private let wanted: [[[UInt8]]]
    /// The object without the elements of the array.
    package private(set) var rest: [UInt8] = []
    private var element: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// The depth of the array's elements.
    private var arrayDepth: Int?
    private var hasElements = false
    /// True in an array that repeats an earlier one.
    private var isCopy = false
    /// The keys of the open objects and arrays, outermost first.
    private var path: [[UInt8]] = []
    /// The last string outside the array, which is a key if a colon follows.
    private var lastText: [UInt8] = []
    private var key: [UInt8] = []

    /// - Parameter name: of the array, without characters that JSON would escape.
    package init(array name: String) { self.init(arrays: [[name]]) }

    /// - Parameter paths: the key paths of the array. If several exist, they are copies, and the first that is not empty
    ///   counts.
    package init(arrays paths: [[String]]) { wanted = paths.map { $0.map { Array($0.utf8) } } }

    /// How many bytes are in memory.
    package var held: Int { rest.count + element.count }

    /// The elements completed by a chunk.
    package mutating func elements(in chunk: [UInt8]) -> [[UInt8]] {
        var ended: [[UInt8]] = []
        var place = 0
        while place < chunk.count {
            if isInString, !isEscaped {
                let end = Self.endOfPlainText(chunk, from: place)
                keep(chunk[place..<end])
                place = end
                guard place < chunk.count else { break }
            }
            if let one = take(chunk[place]) { ended.append(one) }
            place += 1
        }
        return ended
    }

    /// The end of a string, or its next escape. Most of the input is strings, so this is fast.
    private static func endOfPlainText(_ chunk: [UInt8], from start: Int) -> Int {
        chunk.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return start }
            func first(_ byte: UInt8, before end: Int) -> Int {
                memchr(base + start, Int32(byte), end - start).map { UnsafeRawPointer($0) - base } ?? end
            }
            return first(UInt8(ascii: "\\"), before: first(UInt8(ascii: "\""), before: bytes.count))
        }
    }

    private mutating func take(_ byte: UInt8) -> [UInt8]? {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            // A key excludes its quotation marks.
            if isInString { keep([byte]) } else { keep(byte) }
            return nil
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            lastText = []
        case UInt8(ascii: ":") where arrayDepth == nil: key = lastText
        case UInt8(ascii: "{"), UInt8(ascii: "["): return open(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): return close(byte)
        case UInt8(ascii: ",") where depth == arrayDepth: return endElement()
        default: break
        }
        keep(byte)
        return nil
    }

    private mutating func open(_ byte: UInt8) -> [UInt8]? {
        keep(byte)
        depth += 1
        guard arrayDepth == nil else { return nil }
        path.append(key)
        key = []
        if byte == UInt8(ascii: "["), wanted.contains(where: { $0.elementsEqual(path.dropFirst()) }) {
            arrayDepth = depth
            isCopy = hasElements
        }
        return nil
    }

    private mutating func close(_ byte: UInt8) -> [UInt8]? {
        depth -= 1
        if let arrayDepth, depth >= arrayDepth {
            keep(byte)
            return nil
        }
        rest.append(byte)
        _ = path.popLast()
        key = []
        guard arrayDepth != nil else { return nil }
        arrayDepth = nil
        return endElement()
    }

    private mutating func endElement() -> [UInt8]? {
        defer { element = [] }
        guard !isCopy, !element.allSatisfy({ $0 == 0x20 || (0x09...0x0D).contains($0) }) else { return nil }
        hasElements = true
        return element
    }

    private mutating func keep(_ byte: UInt8) {
        if arrayDepth != nil { element.append(byte) } else { rest.append(byte) }
    }

    /// The content of a string.
    private mutating func keep(_ text: ArraySlice<UInt8>) {
        guard arrayDepth == nil else { return element.append(contentsOf: text) }
        rest.append(contentsOf: text)
        lastText.append(contentsOf: text)
    }
}
