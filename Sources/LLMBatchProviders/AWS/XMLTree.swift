import LLMBatchCore

/// A short XML answer, such as those of S3 and STS, as a tree. Names have no prefixes, and attributes are left out.
///
/// Reads what those services write: elements, text, the predefined entities and CDATA. Document types, and with them
/// entities of a document's own, are refused. (Foundation's parser on Linux crashes on some malformed namespaces and names.)
package struct XMLTree: Sendable {
    package let name: String
    fileprivate(set) var text = ""
    fileprivate(set) var children: [XMLTree] = []

    /// Nil for anything but well-formed XML in UTF-8.
    package init?(_ bytes: [UInt8]) {
        guard bytes.isUTF8 else { return nil }
        var parser = XMLTreeParser(bytes)
        guard let root = parser.parse() else { return nil }
        self = root
    }

    fileprivate init(name: String) { self.name = name.split(separator: ":").last.map(String.init) ?? name }

    /// The first child of that name.
    package subscript(name: String) -> XMLTree? { children.first { $0.name == name } }

    /// The children of that name.
    package func all(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

    /// The text of the first child of that name; nil when it is absent or empty.
    package func string(_ name: String) -> String? {
        self[name].flatMap { $0.text.isEmpty ? nil : $0.text }
    }
}

/// Goes through the bytes once, with the open elements on a stack of bounded depth.
private struct XMLTreeParser {
    private static let deepest = 100

    private let bytes: [UInt8]
    private var position = 0
    private var open: [(tree: XMLTree, text: [UInt8], name: String)] = []
    private var root: XMLTree?

    init(_ bytes: [UInt8]) { self.bytes = JSONText.withoutMark(bytes) }

    mutating func parse() -> XMLTree? {
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") ? readMarkup() : readText() else { return nil }
        }
        return open.isEmpty ? root : nil
    }

    private mutating func readMarkup() -> Bool {
        if begins("<?") { return skip(to: "?>") != nil }
        if begins("<!--") { return skip(to: "-->") != nil }
        if begins("<![CDATA[") {
            position += "<![CDATA[".utf8.count
            let start = position
            guard !open.isEmpty, let end = skip(to: "]]>") else { return false }
            open[open.count - 1].text += bytes[start..<end]
            return true
        }
        if begins("<!") { return false }
        return begins("</") ? readEnd() : readStart()
    }

    private mutating func readStart() -> Bool {
        position += 1
        guard let name = readName(), open.count < Self.deepest, root == nil else { return false }
        var quote: UInt8?
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if let mark = quote {
                if byte == mark { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "<") {
                return false
            } else if byte == UInt8(ascii: ">") {
                let isEmpty = bytes[position - 2] == UInt8(ascii: "/")
                open.append((XMLTree(name: name), [], name))
                return isEmpty ? close() : true
            }
        }
        return false
    }

    private mutating func readEnd() -> Bool {
        position += 2
        guard let name = readName(), open.last?.name == name else { return false }
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
        guard position < bytes.count, bytes[position] == UInt8(ascii: ">") else { return false }
        position += 1
        return close()
    }

    private mutating func close() -> Bool {
        guard var ended = open.popLast() else { return false }
        ended.tree.text = String(decoding: Self.trimmed(ended.text), as: UTF8.self)
        if open.isEmpty { root = ended.tree } else { open[open.count - 1].tree.children.append(ended.tree) }
        return true
    }

    /// Text up to the next markup; outside of the root only white space.
    private mutating func readText() -> Bool {
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != UInt8(ascii: "<") {
            guard bytes[position] == UInt8(ascii: "&") else {
                text.append(bytes[position])
                position += 1
                continue
            }
            guard let character = readEntity() else { return false }
            text += String(character).utf8
        }
        guard !open.isEmpty else { return text.allSatisfy(Self.isSpace) }
        open[open.count - 1].text += text
        return true
    }

    private static let entities: [String: Unicode.Scalar] = [
        "lt": "<", "gt": ">", "amp": "&", "quot": "\"", "apos": "'",
    ]

    private mutating func readEntity() -> Character? {
        let start = position + 1
        guard let end = bytes[start...].prefix(12).firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: bytes[start..<end], as: UTF8.self)
        position = end + 1
        if let known = Self.entities[name] { return Character(known) }
        let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
        guard name.hasPrefix("#"), let number, number != 0 else { return nil }
        return Unicode.Scalar(number).map(Character.init)
    }

    private mutating func readName() -> String? {
        let start = position
        let ends = Array("/>\"'<&= \t\r\n".utf8)
        while position < bytes.count, !ends.contains(bytes[position]) { position += 1 }
        return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }

    // MARK: - Bytes

    private func begins(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

    /// Goes past the next occurrence of a text, and returns where it begins.
    private mutating func skip(to text: String) -> Int? {
        let search = ByteSearch(Array(text.utf8))
        guard let found = bytes.withUnsafeBufferPointer({ search.first(in: $0, from: position) }) else { return nil }
        position = found + text.utf8.count
        return found
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private static func trimmed(_ text: [UInt8]) -> ArraySlice<UInt8> {
        guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return text[first...last]
    }
}
