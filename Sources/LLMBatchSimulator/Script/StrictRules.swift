import LLMBatchCore

/// What OpenAI rejects in a schema with `strict: true`.
///
/// Source: OpenAI guide "Structured outputs", "Supported schemas".
enum StrictRules {
    /// Why the service rejects the schema, with its message; nil when the schema is accepted.
    static func objection(to schema: JSONNode) -> String? {
        guard schema["type"]?.text == "object" else {
            return
                "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"\(schema["type"]?.text ?? "None")\"'."
        }
        return objection(to: schema, at: [])
    }

    private static let unsupported = [
        "allOf", "not", "oneOf", "if", "then", "else", "dependentRequired", "dependentSchemas",
    ]

    private static func objection(to node: JSONNode, at path: [String]) -> String? {
        let context = "In context=(\(path.map { "'\($0)'" }.joined(separator: ", ")))"
        if let keyword = unsupported.first(where: { node[$0] != nil }) {
            return "\(context), '\(keyword)' is not permitted."
        }
        if node["type"]?.text == "object" || node["properties"] != nil {
            guard node["additionalProperties"] == .bool(false) else {
                return "\(context), 'additionalProperties' is required to be supplied and to be false."
            }
            let required = Set(node["required"]?.elements?.compactMap(\.text) ?? [])
            if let left = node["properties"]?.members?.first(where: { !required.contains($0.key) }) {
                return
                    "\(context), 'required' is required to be supplied and to be an array including every key in properties. Missing '\(left.key)'."
            }
        }
        for container in ["properties", "$defs", "definitions"] {
            for member in node[container]?.members ?? [] {
                if let found = objection(to: member.value, at: path + [container, member.key]) { return found }
            }
        }
        if let items = node["items"], let found = objection(to: items, at: path + ["items"]) { return found }
        for (index, part) in (node["anyOf"]?.elements ?? []).enumerated() {
            if let found = objection(to: part, at: path + ["anyOf", String(index)]) { return found }
        }
        return nil
    }
}
