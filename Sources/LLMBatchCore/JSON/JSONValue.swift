import Foundation

/// Any JSON value, for parameters and metadata built in code.
///
/// Values are equal when they are the same JSON: `1` and `1.0` are the same number, and two spellings of a character
/// are different texts.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// A number with a fraction, or out of the range of `Int`.
    case number(Double)
    /// A number that neither an `Int` nor a `Double` holds exactly, as its JSON literal: `12345678901234567890123`.
    case literal(String)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Members by name, without an order.
    case object([String: JSONValue])
}

extension JSONValue: Hashable {
    public static func == (one: JSONValue, other: JSONValue) -> Bool { one.node.isSameValue(as: other.node) }

    public func hash(into hasher: inout Hasher) { hasher.combine(node.canonical) }
}

extension JSONValue {
    /// Parses JSON text. Numbers keep their exact value.
    ///
    /// - Throws: ``JSONSyntaxError`` when the text is not a single JSON value.
    public init(json: [UInt8]) throws(JSONSyntaxError) { self.init(try JSONNode(json)) }

    /// The value of a tree; the last of a duplicate member.
    package init(_ node: JSONNode) {
        switch node {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let text): self = Self.number(of: text)
        case .string(let value): self = .string(value)
        case .array(let values): self = .array(values.map(JSONValue.init))
        case .object(let members):
            self = .object(Dictionary(members.map { ($0.key, JSONValue($0.value)) }, uniquingKeysWith: { $1 }))
        }
    }

    private static func number(of text: String) -> JSONValue {
        if let value = Int(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite, JSONNumber("\(value)") == JSONNumber(text) else {
            return .literal(text)
        }
        return .number(value)
    }

    /// The value as a tree, with the members of objects sorted by the bytes of their keys.
    package var node: JSONNode {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .number(String(value))
        case .number(let value): value.isFinite ? .number("\(value)") : .null
        case .literal(let text): Self.isNumber(text) ? .number(text) : .null
        case .string(let value): .string(value)
        case .array(let values): .array(values.map(\.node))
        case .object(let members):
            .object(
                members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                    .map { .init(key: $0.key, value: $0.value.node) })
        }
    }

    private static func isNumber(_ text: String) -> Bool { (try? JSONNode(Array(text.utf8)))?.literal == text }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
    public init(nilLiteral: ()) { self = .null }
}

extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            // A decoder does not expose the digits; a decimal holds more of them than a double.
            let exact = (try? container.decode(Decimal.self)).map { Self.number(of: "\($0)") }
            if case .literal? = exact { self = exact ?? .null } else { self = .number(value) }
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .literal(let text):
            guard let value = Decimal(string: text, locale: Locale(identifier: "en_US_POSIX")),
                JSONNumber("\(value)") == JSONNumber(text)
            else { return try container.encode(Double(text) ?? .nan) }
            try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// The value as compact JSON text with sorted keys, so that equal values have equal bytes.
    ///
    /// A number that JSON cannot express (infinite, or not a number) becomes `null`.
    public var json: [UInt8] { node.json }
}
