/// The keywords of JSON Schema that are understood. Every other one is refused.
enum SchemaKeyword: String {
    case type, properties, required, additionalProperties, propertyNames, items, prefixItems, const
    case anyOf, oneOf, allOf, not, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf
    case minLength, maxLength, pattern, format, minItems, maxItems, uniqueItems, minProperties, maxProperties
    case enumeration = "enum"
    case ref = "$ref"
    case defs = "$defs"
    case definitions
    // These say nothing about validity.
    case title, description, `default`, examples, deprecated, readOnly, writeOnly, contentEncoding, contentMediaType
    case comment = "$comment"
    case dialect = "$schema"
    case id = "$id"

    /// What a keyword's value has to be.
    enum Kind { case anything, schema, schemas, namedSchemas, number, count, flag, text, list, types }

    var kind: Kind {
        switch self {
        case .const, .default: .anything
        case .items, .additionalProperties, .propertyNames, .not: .schema
        case .anyOf, .oneOf, .allOf, .prefixItems: .schemas
        case .properties, .defs, .definitions: .namedSchemas
        case .minimum, .maximum, .exclusiveMinimum, .exclusiveMaximum, .multipleOf: .number
        case .minLength, .maxLength, .minItems, .maxItems, .minProperties, .maxProperties: .count
        case .uniqueItems, .deprecated, .readOnly, .writeOnly: .flag
        case .pattern, .format, .ref, .title, .description, .contentEncoding, .contentMediaType, .comment, .dialect,
            .id:
            .text
        case .enumeration, .required, .examples: .list
        case .type: .types
        }
    }
}

/// The types of JSON Schema.
enum JSONType: String, CaseIterable {
    case object, array, string, integer, number, boolean, null

    /// True when a value is of this type; a number without a fraction is an integer however it is written.
    func holds(_ node: JSONNode) -> Bool {
        switch (self, node) {
        case (.object, .object), (.array, .array), (.string, .string), (.number, .number), (.boolean, .bool),
            (.null, .null):
            true
        case (.integer, .number(let literal)): JSONNumber(literal).isWhole
        default: false
        }
    }

    /// What a value is.
    static func name(of node: JSONNode) -> String {
        switch node {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number(let literal): JSONNumber(literal).isWhole ? "an integer" : "a number"
        case .bool: "a boolean"
        case .null: "null"
        }
    }
}

/// References within a schema: `#/$defs/NAME`.
enum SchemaReference {
    /// The schema that a reference leads to.
    static func target(_ reference: String, in root: JSONNode) -> JSONNode? {
        let parts = reference.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "#", parts[1] == "$defs" || parts[1] == "definitions" else { return nil }
        let name = parts[2].replacing("~1", with: "/").replacing("~0", with: "~")
        return root[String(parts[1])]?[String(name)]
    }

    /// A name as one part of a JSON Pointer.
    static func escaped(_ name: String) -> String { name.replacing("~", with: "~0").replacing("/", with: "~1") }
}
