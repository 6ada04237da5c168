import LLMBatchCore

/// Converts a strict form to Gemini's `Schema`: upper-case types, `nullable`, `propertyOrdering`, enumerations of
/// strings.
///
/// Source: ai.google.dev, "Structured output" and the reference of `Schema`.
struct GeminiForm {
    /// What a schema may contain before it is converted to Gemini's format.
    static let rules = StrictRules(
        service: "Gemini's response schema", requiresAll: false, allowsRecursion: false,
        keywords: [
            "description", "enum", "const", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength",
            "pattern",
        ],
        formats: ["date-time"])

    static func document(_ root: JSONNode) throws(LLMBatchError) -> JSONNode {
        schema(try StrictForm(rules: rules, root: root).document())
    }

    private static func schema(_ node: JSONNode) -> JSONNode {
        var written: JSONNode = [:]
        var node = node
        let isNullable = node.acceptsNull
        if isNullable { node = node.withoutNull }
        if let parts = node["anyOf"]?.elements {
            written["anyOf"] = .array(parts.filter { $0["type"]?.text != "null" }.map(schema))
        } else {
            written["type"] = .string(node["type"]?.text?.uppercased() ?? "STRING")
        }
        for keyword in ["format", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "pattern"] {
            written[keyword] = node[keyword]
        }
        var description = node["description"]?.text
        if let values = node["enum"]?.elements ?? node["const"].map({ [$0] }) {
            if values.allSatisfy({ $0.text != nil }) {
                written["enum"] = .array(values)
            } else {
                // Only strings can be enumerated; other values are described and checked when the answer arrives.
                let list = "One of " + values.map { String(decoding: $0.json, as: UTF8.self) }.joined(separator: ", ")
                description = description.map { "\($0) (\(list))" } ?? list
            }
        }
        if let description { written["description"] = .string(description) }
        if let items = node["items"] { written["items"] = schema(items) }
        if let properties = node["properties"]?.members {
            written["properties"] = .object(properties.map { .init(key: $0.key, value: schema($0.value)) })
            written["required"] = node["required"]
            written["propertyOrdering"] = .array(properties.map { .string($0.key) })
        }
        if isNullable { written["nullable"] = true }
        return written
    }
}
