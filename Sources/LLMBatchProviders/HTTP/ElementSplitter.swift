/// Takes an object of JSON apart as it comes in: the elements of one of its arrays one by one, and what is left of it.
///
/// For services that send all results of a job within the job itself: one element is in memory at a time.
package struct ElementSplitter {
    private let name: [UInt8]
    /// The object without the elements of the array.
    package private(set) var rest: [UInt8] = []
    private var element: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    private var isInArray = false
    /// The last text at the top of the object, which is a key once a colon follows.
    private var lastText: [UInt8] = []
    private var key: [UInt8] = []

    /// - Parameter name: the array's, without characters that JSON would escape.
    package init(array name: String) { self.name = Array(name.utf8) }

    /// The elements that end in a chunk.
    package mutating func elements(in chunk: [UInt8]) -> [[UInt8]] {
        var ended: [[UInt8]] = []
        for byte in chunk {
            if let one = take(byte) { ended.append(one) }
        }
        return ended
    }

    private mutating func take(_ byte: UInt8) -> [UInt8]? {
        if isInString {
            keep(byte)
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
                return nil
            }
            if depth == 1 { lastText.append(byte) }
            return nil
        }
        switch byte {
        case UInt8(ascii: "\""):
            isInString = true
            if depth == 1 { lastText = [] }
        case UInt8(ascii: ":") where depth == 1: key = lastText
        case UInt8(ascii: "{"), UInt8(ascii: "["): return open(byte)
        case UInt8(ascii: "}"), UInt8(ascii: "]"): return close(byte)
        case UInt8(ascii: ",") where isInArray && depth == 2: return endElement()
        default: break
        }
        keep(byte)
        return nil
    }

    private mutating func open(_ byte: UInt8) -> [UInt8]? {
        keep(byte)
        depth += 1
        if depth == 2, byte == UInt8(ascii: "["), key == name { isInArray = true }
        return nil
    }

    private mutating func close(_ byte: UInt8) -> [UInt8]? {
        depth -= 1
        guard isInArray, depth == 1 else {
            keep(byte)
            return nil
        }
        isInArray = false
        rest.append(byte)
        return endElement()
    }

    private mutating func endElement() -> [UInt8]? {
        defer { element = [] }
        return element.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } ? nil : element
    }

    private mutating func keep(_ byte: UInt8) {
        if isInArray { element.append(byte) } else { rest.append(byte) }
    }
}
