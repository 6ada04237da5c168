public import LLMBatchCore

extension OutputSchema {
    /// The schema in the form that a service accepts, as compact JSON text: equal schemas have equal bytes.
    ///
    /// A strict form may be less restrictive than the schema, but never different. What it leaves out is checked when
    /// the answer arrives. ``OutputDecoder`` and ``rows(in:dialect:)`` convert an answer back when given the dialect.
    ///
    /// - Throws: ``LLMBatchError`` (`invalid_configuration`) with the place and what the service does not support
    ///   there.
    public func form(_ dialect: SchemaDialect) throws(LLMBatchError) -> [UInt8] { try node(in: dialect).json }

    package func node(in dialect: SchemaDialect) throws(LLMBatchError) -> JSONNode {
        let node: JSONNode
        switch dialect {
        case .plain: return root
        case .openAI, .openAIResponses: node = try StrictForm(rules: .openAI, root: root).document()
        case .anthropic: node = try StrictForm(rules: .anthropic, root: root).document()
        case .gemini: node = try GeminiForm.document(root)
        case .anthropicTool, .bedrockConverse:
            node = try InlinedForm(service: "a tool", root: root).document()
            guard node["type"]?.text == "object" else {
                throw .schema("a tool's schema must be an object", remedy: "Wrap it: OutputSchema.asObject()")
            }
        }
        if let excess = StrictLimits(node).exceeded(dialect) {
            throw .schema(
                "the schema is too large for \(dialect.rawValue): \(excess)",
                remedy: "Use the plain dialect, or a smaller type")
        }
        return node
    }
}
