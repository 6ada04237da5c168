import Foundation

/// Any JSON value, for parameters and metadata made in code.
///
/// Values are equal when they are the same JSON: `1` and `1.0` are one number, and two spellings of a character are two
/// texts.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// A number with a fraction, or beyond what an `Int` holds.
    case number(Double)
    /// A number that neither an `Int` nor a `Double` holds exactly, as its JSON literal: `12345678901234567890123`.
    case literal(String)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Members by name, in no order.
    case object([String: JSONValue])
}

extension JSONValue: Hashable {
    /// Equal when both are the same JSON.
    public static func == (one: JSONValue, other: JSONValue) -> Bool { one.node.isSameValue(as: other.node) }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) { hasher.combine(node.canonical) }
}

extension JSONValue {
    /// Reads a JSON text. A number keeps its value, digit for digit.
    ///
    /// - Throws: ``JSONSyntaxError`` when the text is not one JSON value.
    public init(json: [UInt8]) throws(JSONSyntaxError) { self.init(try JSONNode(json)) }

    /// The value of a tree; of a member that stands twice, the last.
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

    /// The value as a tree, the members of objects in the order of the bytes of their keys.
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
    /// From a literal.
    public init(stringLiteral value: String) { self = .string(value) }
    /// From a literal.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// From a literal.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// From a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// From a literal.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// From a literal.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
    /// From a literal.
    public init(nilLiteral: ()) { self = .null }
}

extension JSONValue: Codable {
    /// Reads it from a single value.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            // A decoder does not show the digits; a decimal holds more of them than a double.
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

    /// Writes it as a single value.
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

    /// The value as compact JSON text, the keys of objects in order, so that equal values give equal bytes.
    ///
    /// A number that JSON cannot say (infinite, or not a number) becomes `null`.
    public var json: [UInt8] { node.json }
}
