import LLMBatchCore

/// Checks the schema of an output format or a strict tool against what Anthropic supports.
///
/// Source: Anthropic documentation, "Structured outputs", "JSON Schema limitations".
enum AnthropicSchema {
    private static let refused: Set = [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
        "maxItems", "uniqueItems", "contains", "prefixItems", "minProperties", "maxProperties", "patternProperties",
        "propertyNames", "dependentRequired", "dependentSchemas", "oneOf", "not", "if", "then", "else",
    ]

    /// Refuses a schema that the service would reject, naming the location.
    static func check(_ schema: JSONNode, field: String) throws(RequestRefusal) {
        try checkWords(of: schema, field: field)
        var references = SchemaReferences(root: schema, field: field)
        try references.refuseCycles()
    }

    /// The subschemas of a schema, each with its path.
    static func parts(of schema: JSONNode) -> [(way: String, schema: JSONNode)] {
        var parts: [(String, JSONNode)] = []
        for container in ["properties", "$defs", "definitions"] {
            parts += (schema[container]?.members ?? []).map { ("\(container).\($0.key)", $0.value) }
        }
        for container in ["anyOf", "allOf"] {
            parts += (schema[container]?.elements ?? []).enumerated().map { ("\(container)[\($0)]", $1) }
        }
        if let items = schema["items"] { parts.append(("items", items)) }
        return parts
    }

    private static func checkWords(of schema: JSONNode, field: String) throws(RequestRefusal) {
        for member in schema.members ?? [] where refused.contains(member.key) {
            throw RequestRefusal(field: "\(field).\(member.key)", "is not supported by this provider")
        }
        if let reference = schema["$ref"]?.text, !reference.hasPrefix("#") {
            throw RequestRefusal(field: "\(field).$ref", "must refer to a part of the same schema")
        }
        if let index = schema["allOf"]?.elements?.firstIndex(where: { $0["$ref"] != nil }) {
            throw RequestRefusal(field: "\(field).allOf[\(index)].$ref", "is not supported in allOf by this provider")
        }
        if let values = schema["enum"]?.elements, values.contains(where: { $0.members != nil || $0.elements != nil }) {
            throw RequestRefusal(field: "\(field).enum", "must not contain lists or objects for this provider")
        }
        if let fewest = schema["minItems"], fewest != 0, fewest != 1 {
            throw RequestRefusal(field: "\(field).minItems", "must be 0 or 1 for this provider")
        }
        guard !isObject(schema) || schema["additionalProperties"] == false else {
            throw RequestRefusal(field: "\(field).additionalProperties", "must be false for this provider")
        }
        for part in parts(of: schema) { try checkWords(of: part.schema, field: "\(field).\(part.way)") }
    }

    private static func isObject(_ schema: JSONNode) -> Bool {
        schema["type"] == "object" || schema["type"]?.elements?.contains("object") == true
            || schema["properties"] != nil
    }
}
