import LLMBatchCore

/// What Anthropic takes in the schema of an output format or a strict tool.
///
/// Source: Anthropic documentation, "Structured outputs", "JSON Schema limitations".
enum AnthropicSchema {
    private static let refused: Set = [
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength",
        "maxItems", "uniqueItems", "contains", "prefixItems", "minProperties", "maxProperties", "patternProperties",
        "propertyNames", "dependentRequired", "dependentSchemas", "oneOf", "not", "if", "then", "else",
    ]

    /// Refuses a schema that the service would refuse, naming the place in it.
    static func check(_ schema: JSONNode, field: String) throws(RequestRefusal) {
        for member in schema.members ?? [] where refused.contains(member.key) {
            throw RequestRefusal(field: "\(field).\(member.key)", "is not taken by this provider")
        }
        if let reference = schema["$ref"]?.text, !reference.hasPrefix("#") {
            throw RequestRefusal(field: "\(field).$ref", "must not lead out of the schema")
        }
        if let fewest = schema["minItems"], fewest != 0, fewest != 1 {
            throw RequestRefusal(field: "\(field).minItems", "must be 0 or 1 for this provider")
        }
        let isObject = schema["type"]?.text == "object" || schema["properties"] != nil
        guard !isObject || schema["additionalProperties"] == false else {
            throw RequestRefusal(field: "\(field).additionalProperties", "must be false for this provider")
        }
        try checkParts(of: schema, field: field)
    }

    private static func checkParts(of schema: JSONNode, field: String) throws(RequestRefusal) {
        for container in ["properties", "$defs", "definitions"] {
            for member in schema[container]?.members ?? [] {
                try check(member.value, field: "\(field).\(container).\(member.key)")
            }
        }
        for container in ["anyOf", "allOf"] {
            for (index, part) in (schema[container]?.elements ?? []).enumerated() {
                try check(part, field: "\(field).\(container)[\(index)]")
            }
        }
        if let items = schema["items"] { try check(items, field: "\(field).items") }
    }
}
