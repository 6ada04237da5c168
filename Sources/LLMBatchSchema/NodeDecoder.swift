import LLMBatchCore

/// Decodes values from a JSON tree.
///
/// Foundation's decoder reports a number that does not fit its type as bad JSON, without its place. This one reports
/// the place of every mismatch, and reads the fixed types as ``SchemaKnown`` describes them.
struct NodeDecoder: Decoder {
    let node: JSONNode
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        guard let known = type as? any SchemaKnown.Type else { return try T(from: self) }
        if node == .null { throw DecodingError.valueNotFound(type, context("found null")) }
        guard let value = known.read(node) as? T else { throw DecodingError.dataCorrupted(context("no \(type)")) }
        return value
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard node.members != nil else { throw DecodingError.typeMismatch([String: Any].self, context("no object")) }
        return KeyedDecodingContainer(KeyedNodes<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = node.elements else { throw DecodingError.typeMismatch([Any].self, context("no array")) }
        return UnkeyedNodes(decoder: self, elements: elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { SingleNode(decoder: self) }

    func context(_ reason: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: reason)
    }

    func inner(_ node: JSONNode, _ key: any CodingKey) -> NodeDecoder {
        NodeDecoder(node: node, codingPath: codingPath + [key])
    }
}

private struct KeyedNodes<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: NodeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { (decoder.node.members ?? []).compactMap { Key(stringValue: $0.key) } }

    func contains(_ key: Key) -> Bool { decoder.node[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try inner(key).node == .null }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try inner(key).decode(type) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try inner(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try inner(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try inner(PlaceKey.superclass) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try inner(key) }

    private func inner(_ key: any CodingKey) throws -> NodeDecoder {
        guard let node = decoder.node[key.stringValue] else {
            throw DecodingError.keyNotFound(key, decoder.context("missing"))
        }
        return decoder.inner(node, key)
    }
}

private struct UnkeyedNodes: UnkeyedDecodingContainer {
    let decoder: NodeDecoder
    let elements: [JSONNode]
    private(set) var currentIndex = 0

    init(decoder: NodeDecoder, elements: [JSONNode]) {
        self.decoder = decoder
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    mutating func decodeNil() throws -> Bool {
        guard try current().node == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next { try $0.decode(type) } }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try next { try $0.container(keyedBy: type) }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next { try $0.unkeyedContainer() }
    }

    mutating func superDecoder() throws -> any Decoder { try next { $0 } }

    /// Advances only when the element has been read, as Foundation's decoder does.
    private mutating func next<T>(_ read: (NodeDecoder) throws -> T) throws -> T {
        let value = try read(try current())
        currentIndex += 1
        return value
    }

    private func current() throws -> NodeDecoder {
        let key = PlaceKey(index: currentIndex)
        guard !isAtEnd else { throw DecodingError.keyNotFound(key, decoder.context("missing")) }
        return decoder.inner(elements[currentIndex], key)
    }
}

private struct SingleNode: SingleValueDecodingContainer {
    let decoder: NodeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.node == .null }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decoder.decode(type) }
}

/// The key of an element, or of the values that a superclass wrote.
struct PlaceKey: CodingKey {
    static let superclass = PlaceKey(stringValue: "super")

    let stringValue: String
    let intValue: Int?

    init(index: Int) {
        stringValue = String(index)
        intValue = index
    }

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init?(intValue: Int) { self.init(index: intValue) }
}
