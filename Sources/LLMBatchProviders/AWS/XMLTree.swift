import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A short XML answer, such as those of S3 and STS, as a tree. Names have no prefixes.
struct XMLTree: Sendable {
    let name: String
    private(set) var text = ""
    private(set) var children: [XMLTree] = []

    /// Nil for anything but XML in UTF-8: the parser crashes on names in other encodings, such as a proxy's page may have.
    init?(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        let parser = XMLParser(data: Data(bytes))
        let builder = Builder()
        parser.delegate = builder
        guard parser.parse(), let root = builder.root else { return nil }
        self = root
    }

    fileprivate init(name: String) { self.name = name.split(separator: ":").last.map(String.init) ?? name }

    /// The first child of that name.
    subscript(name: String) -> XMLTree? { children.first { $0.name == name } }

    /// The children of that name.
    func all(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

    /// The text of the first child of that name; nil when it is absent or empty.
    func string(_ name: String) -> String? {
        self[name].flatMap { $0.text.isEmpty ? nil : $0.text }
    }

    private final class Builder: NSObject, XMLParserDelegate {
        var root: XMLTree?
        private var open: [XMLTree] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            open.append(XMLTree(name: name))
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            guard !open.isEmpty else { return }
            open[open.count - 1].text += string
        }

        func parser(
            _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
        ) {
            guard var ended = open.popLast() else { return }
            ended.text = ended.text.trimmingCharacters(in: .whitespacesAndNewlines)
            if open.isEmpty { root = ended } else { open[open.count - 1].children.append(ended) }
        }
    }
}
