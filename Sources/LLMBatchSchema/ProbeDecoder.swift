import LLMBatchCore

/// Records what a type requests from its decoder.
final class ProbeRecord {
    enum Shape { case nothing, members, elements, single }

    /// One requested member.
    struct Member {
        let key: String
        var node: JSONNode?
        var isOptional = false
        var isNullable = false
        /// The requests to the nested container, when the member was opened as one.
        var nested: ProbeRecord?
    }

    private(set) var shape = Shape.nothing
    private(set) var members: [Member] = []
    var element: JSONNode?
    var nestedElement: ProbeRecord?
    var elements = 0
    var askedForEnd = false
    var single: JSONNode?

    /// Records a shape; false when another one was recorded before.
    func take(_ shape: Shape) -> Bool {
        guard self.shape == .nothing || self.shape == shape else { return false }
        self.shape = shape
        return true
    }

    func update(_ key: String, _ change: (inout Member) -> Void) {
        if let index = members.firstIndex(where: { $0.key.hasSameBytes(as: key) }) { return change(&members[index]) }
        var member = Member(key: key)
        change(&member)
        members.append(member)
    }

    /// The schema of what was requested.
    func node(_ probe: SchemaProbe, _ type: Any.Type, _ path: [any CodingKey]) throws -> JSONNode {
        switch shape {
        case .nothing: return Self.object([], required: [])
        case .single:
            guard let single else { throw probe.fail(type, path, "it decodes no value") }
            return single
        case .elements:
            guard let item = try element ?? nestedElement?.node(probe, type, path), askedForEnd else {
                throw probe.fail(type, path, "it reads a fixed number of elements")
            }
            return ["type": "array", "items": item]
        case .members:
            var properties: [JSONNode.Member] = []
            var required: [JSONNode] = []
            for member in members {
                guard var node = try member.node ?? member.nested?.node(probe, type, path) else {
                    throw probe.fail(type, path, "it inspects the member \(member.key) without decoding it")
                }
                if member.isNullable { node = node.orNull }
                properties.append(JSONNode.Member(key: member.key, value: node))
                if !member.isOptional { required.append(.string(member.key)) }
            }
            return Self.object(properties, required: required)
        }
    }

    private static func object(_ properties: [JSONNode.Member], required: [JSONNode]) -> JSONNode {
        [
            "type": "object", "properties": .object(properties), "required": .array(required),
            "additionalProperties": false,
        ]
    }
}

/// The decoder that a type is run on.
struct ProbeDecoder: Decoder {
    let probe: SchemaProbe
    let type: Any.Type
    var codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    var record = ProbeRecord()

    func container<Key: CodingKey>(keyedBy keys: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try take(.members)
        return KeyedDecodingContainer(KeyedProbe<Key>(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try take(.elements)
        return UnkeyedProbe(decoder: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        try take(.single)
        return SingleProbe(decoder: self)
    }

    private func take(_ shape: ProbeRecord.Shape) throws {
        guard record.take(shape) else { throw probe.fail(type, codingPath, "it decodes itself in more than one way") }
    }

    /// A decoder for the value of `key`, which records into `record`.
    func nested(_ key: any CodingKey, _ record: ProbeRecord) -> ProbeDecoder {
        ProbeDecoder(probe: probe, type: type, codingPath: codingPath + [key], record: record)
    }
}

/// The members of an object.
struct KeyedProbe<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: ProbeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }
    private var probe: SchemaProbe { decoder.probe }

    init(decoder: ProbeDecoder) { self.decoder = decoder }

    /// Unknown; the only way to report that here is to record a failure.
    var allKeys: [Key] {
        _ = probe.fail(decoder.type, codingPath, "it asks for all members")
        return []
    }

    func contains(_ key: Key) -> Bool {
        decoder.record.update(key.stringValue) { $0.isOptional = true }
        return true
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        decoder.record.update(key.stringValue) { $0.isNullable = true }
        return false
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try note(type, key)
        return try probe.placeholder(type, at: codingPath + [key])
    }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        try note(type, key)
        decoder.record.update(key.stringValue) {
            $0.isOptional = true; $0.isNullable = true
        }
        return nil
    }

    private func note(_ type: any Decodable.Type, _ key: Key) throws {
        // Recorded before the schema is derived, so that members are in the order in which they are requested.
        decoder.record.update(key.stringValue) { _ in }
        let node = try probe.schema(of: type, at: codingPath + [key])
        var isOther = false
        decoder.record.update(key.stringValue) { member in
            isOther = member.node.map { $0 != node } ?? (member.nested != nil)
            member.node = node
        }
        if isOther { throw probe.fail(decoder.type, codingPath + [key], "it reads the member as different types") }
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try nested(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { nested(PlaceKey.superclass) }

    func superDecoder(forKey key: Key) throws -> any Decoder { nested(key) }

    private func nested(_ key: any CodingKey) -> ProbeDecoder {
        var inner = ProbeRecord()
        decoder.record.update(key.stringValue) { member in
            inner = member.nested ?? inner
            member.nested = inner
        }
        return decoder.nested(key, inner)
    }
}

/// The elements of an array: one, then the end.
struct UnkeyedProbe: UnkeyedDecodingContainer {
    let decoder: ProbeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }
    private var probe: SchemaProbe { decoder.probe }
    let count: Int? = nil
    private(set) var currentIndex = 0

    init(decoder: ProbeDecoder) { self.decoder = decoder }

    var isAtEnd: Bool {
        decoder.record.askedForEnd = true
        return currentIndex > 0
    }

    mutating func decodeNil() throws -> Bool {
        throw probe.fail(decoder.type, codingPath, "it inspects an element before it decodes it")
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try advance()
        decoder.record.element = try probe.schema(of: type, at: codingPath + [PlaceKey(index: currentIndex - 1)])
        return try probe.placeholder(type, at: codingPath + [PlaceKey(index: currentIndex - 1)])
    }

    mutating func decodeIfPresent<T: Decodable>(_ type: T.Type) throws -> T? {
        try advance()
        decoder.record.element = try probe.schema(of: type, at: codingPath + [PlaceKey(index: currentIndex - 1)]).orNull
        return nil
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try nested().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try nested().unkeyedContainer() }

    mutating func superDecoder() throws -> any Decoder { try nested() }

    private mutating func nested() throws -> ProbeDecoder {
        try advance()
        let inner = ProbeRecord()
        decoder.record.nestedElement = inner
        return decoder.nested(PlaceKey(index: currentIndex - 1), inner)
    }

    private mutating func advance() throws {
        currentIndex += 1
        guard currentIndex == 1 else {
            throw probe.fail(decoder.type, codingPath, "it reads a fixed number of elements")
        }
    }
}

/// A single value.
struct SingleProbe: SingleValueDecodingContainer {
    let decoder: ProbeDecoder
    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool {
        _ = decoder.probe.fail(decoder.type, codingPath, "it inspects its value before it decodes it")
        return false
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let node = try decoder.probe.schema(of: type, at: codingPath)
        if let before = decoder.record.single, before != node {
            throw decoder.probe.fail(decoder.type, codingPath, "it reads its value as different types")
        }
        decoder.record.single = node
        return try decoder.probe.placeholder(type, at: codingPath)
    }
}
