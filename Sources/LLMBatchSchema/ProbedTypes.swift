import LLMBatchCore
import Foundation

/// A type whose schema is fixed.
protocol SchemaKnown: Decodable {
    static var knownSchema: JSONNode { get }
    static var placeholder: Any { get }
    /// The value that a JSON value represents; nil when it is not of this type, or does not fit into it.
    static func read(_ node: JSONNode) -> Self?
}

extension Bool: SchemaKnown {
    static var knownSchema: JSONNode { ["type": "boolean"] }
    static var placeholder: Any { true }
    static func read(_ node: JSONNode) -> Bool? { if case .bool(let value) = node { value } else { nil } }
}

extension String: SchemaKnown {
    static var knownSchema: JSONNode { ["type": "string"] }
    static var placeholder: Any { "a" }
    static func read(_ node: JSONNode) -> String? { node.text }
}

extension Double: SchemaKnown {
    static var knownSchema: JSONNode { ["type": "number"] }
    static var placeholder: Any { 1.0 }
    static func read(_ node: JSONNode) -> Double? {
        node.literal.flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil }
    }
}

extension Float: SchemaKnown {
    static var knownSchema: JSONNode { ["type": "number"] }
    static var placeholder: Any { Float(1) }
    static func read(_ node: JSONNode) -> Float? { node.literal.flatMap(Float.init).flatMap { $0.isFinite ? $0 : nil } }
}

extension Decimal: SchemaKnown {
    static var knownSchema: JSONNode { ["type": "number"] }
    static var placeholder: Any { Decimal(1) }
    static func read(_ node: JSONNode) -> Decimal? { node.literal.flatMap { Decimal(string: $0, locale: posix) } }
    private static var posix: Locale { Locale(identifier: "en_US_POSIX") }
}

extension Date: SchemaKnown {
    static var knownSchema: JSONNode { ["type": "string", "format": "date-time"] }
    static var placeholder: Any { Date(timeIntervalSince1970: 0) }
    static func read(_ node: JSONNode) -> Date? { node.text.flatMap(RFC3339.date) }
}

extension URL: SchemaKnown {
    static var knownSchema: JSONNode { ["type": "string", "format": "uri"] }
    static var placeholder: Any { URL(filePath: "/") }
    static func read(_ node: JSONNode) -> URL? { node.text.flatMap { URL(string: $0) } }
}

extension UUID: SchemaKnown {
    static var knownSchema: JSONNode { ["type": "string", "format": "uuid"] }
    static var placeholder: Any { UUID() }
    static func read(_ node: JSONNode) -> UUID? { node.text.flatMap(UUID.init(uuidString:)) }
}

extension Data: SchemaKnown {
    static var knownSchema: JSONNode {
        [
            "type": "string", "contentEncoding": "base64",
            "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
        ]
    }
    static var placeholder: Any { Data() }
    static func read(_ node: JSONNode) -> Data? { node.text.flatMap { Data(base64Encoded: $0) } }
}

extension SchemaKnown where Self: FixedWidthInteger {
    /// The bounds of an integer of up to 32 bits; those of wider ones would be noise, and decoding checks the range anyway.
    static var knownSchema: JSONNode {
        var node: JSONNode = ["type": "integer"]
        if bitWidth <= 32 || min == 0 { node["minimum"] = .number(String(min)) }
        if bitWidth <= 32 { node["maximum"] = .number(String(max)) }
        return node
    }
    static var placeholder: Any { Self(1) }
    static func read(_ node: JSONNode) -> Self? {
        node.literal.flatMap { JSONNumber($0).whole }.flatMap(Self.init(exactly:))
    }
}

extension Int: SchemaKnown {}
extension Int8: SchemaKnown {}
extension Int16: SchemaKnown {}
extension Int32: SchemaKnown {}
extension Int64: SchemaKnown {}
extension UInt: SchemaKnown {}
extension UInt8: SchemaKnown {}
extension UInt16: SchemaKnown {}
extension UInt32: SchemaKnown {}
extension UInt64: SchemaKnown {}

/// A type that may be empty (an array, a dictionary, an optional), so that a placeholder needs no element.
protocol ProbedHolder: Decodable {
    static var emptyValue: Any { get }
    static func schema(with probe: SchemaProbe, at path: [any CodingKey]) throws -> JSONNode
}

extension Optional: ProbedHolder where Wrapped: Decodable {
    static var emptyValue: Any { Self.none as Any }
    static func schema(with probe: SchemaProbe, at path: [any CodingKey]) throws -> JSONNode {
        try probe.schema(of: Wrapped.self, at: path).orNull
    }
}

extension Array: ProbedHolder where Element: Decodable {
    static var emptyValue: Any { Self() }
    static func schema(with probe: SchemaProbe, at path: [any CodingKey]) throws -> JSONNode {
        ["type": "array", "items": try probe.schema(of: Element.self, at: path)]
    }
}

extension ContiguousArray: ProbedHolder where Element: Decodable {
    static var emptyValue: Any { Self() }
    static func schema(with probe: SchemaProbe, at path: [any CodingKey]) throws -> JSONNode {
        ["type": "array", "items": try probe.schema(of: Element.self, at: path)]
    }
}

extension Set: ProbedHolder where Element: Decodable {
    static var emptyValue: Any { Self() }
    /// An array; duplicate elements are allowed and count once.
    static func schema(with probe: SchemaProbe, at path: [any CodingKey]) throws -> JSONNode {
        ["type": "array", "items": try probe.schema(of: Element.self, at: path)]
    }
}

extension Dictionary: ProbedHolder where Key: Decodable, Value: Decodable {
    static var emptyValue: Any { Self() }
    /// An object with arbitrary members, whose names the key type can read.
    static func schema(with probe: SchemaProbe, at path: [any CodingKey]) throws -> JSONNode {
        var node: JSONNode = [
            "type": "object", "additionalProperties": try probe.schema(of: Value.self, at: path),
        ]
        if Key.self == String.self { return node }
        if Key.self == Int.self {
            node["propertyNames"] = ["pattern": "^(0|-?[1-9][0-9]*)$"]
        } else if Key.self is any CodingKeyRepresentable.Type, let words = try RawValues(of: Key.self) {
            node["propertyNames"] = ["enum": .array(words.texts.map(JSONNode.string))]
        } else {
            throw probe.fail(
                Self.self, path, "its keys would not become the names of an object's members",
                remedy:
                    "Use String or Int keys, or an enumeration of texts that is CodingKeyRepresentable and CaseIterable"
            )
        }
        return node
    }
}

/// The raw values of an enumeration.
struct RawValues {
    let node: JSONNode
    /// The first case.
    let first: Any
    /// The raw values as names of members.
    let texts: [String]

    /// Nil when the type is not an enumeration whose cases can be listed.
    init?(of type: any Decodable.Type) throws {
        guard let listed = type as? any (CaseIterable & RawRepresentable & Decodable).Type else { return nil }
        guard let found = try Self.read(listed) else { return nil }
        self = found
    }

    private init(node: JSONNode, first: Any, texts: [String]) {
        self.node = node
        self.first = first
        self.texts = texts
    }

    private static func read<T: CaseIterable & RawRepresentable & Decodable>(_ type: T.Type) throws -> RawValues? {
        var literals: [JSONNode] = []
        var texts: [String] = []
        for value in T.allCases {
            switch value.rawValue {
            case let text as String: literals.append(.string(text)); texts.append(text)
            case let whole as any BinaryInteger: literals.append(.number("\(whole)")); texts.append("\(whole)")
            case let number as Double where number.isFinite:
                literals.append(.number("\(number)")); texts.append("\(number)")
            default: return nil
            }
            // A type with its own `init(from:)` may read something other than the raw value.
            guard (try? OutputDecoder.value(type, literals[literals.count - 1])) != nil else { return nil }
        }
        guard let first = T.allCases.first else { return nil }
        let kind: JSONNode =
            literals[0].text != nil ? "string" : first.rawValue is any BinaryInteger ? "integer" : "number"
        return RawValues(node: ["type": kind, "enum": .array(literals)], first: first, texts: texts)
    }
}
