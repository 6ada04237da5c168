extension OutputSchema {
    /// The schema in the form that a service takes, as compact JSON text: equal schemas give equal bytes.
    ///
    /// A strict form may say less than the schema, never something else; what it leaves out is checked when the answer
    /// comes. An answer in that form is put back by ``OutputDecoder`` and ``rows(in:dialect:)`` when told the dialect.
    ///
    /// - Throws: ``LLMBatchError`` (`invalid_configuration`) naming the place and what the service cannot take there.
    public func form(_ dialect: SchemaDialect) throws(LLMBatchError) -> [UInt8] { try node(in: dialect).json }

    package func node(in dialect: SchemaDialect) throws(LLMBatchError) -> JSONNode {
        let node: JSONNode
        switch dialect {
        case .plain: return root
        case .openAI, .openAIResponses: node = try StrictForm(rules: .openAI, root: root).document()
        case .anthropic: node = try StrictForm(rules: .anthropic, root: root).document()
        case .gemini: node = try GeminiForm.document(root)
        case .anthropicTool, .bedrockConverse:
            node = try InlinedForm(service: "A tool", root: root).document()
            guard node["type"]?.text == "object" else {
                throw .schema("A tool's schema must be an object", hint: "Wrap it: OutputSchema.asObject()")
            }
        }
        if let excess = StrictLimits(node).exceeded(dialect) {
            throw .schema(
                "The schema is too large for \(dialect.rawValue): \(excess)",
                hint: "Use the plain dialect, or a smaller type")
        }
        return node
    }
}
