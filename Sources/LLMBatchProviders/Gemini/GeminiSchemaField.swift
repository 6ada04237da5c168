import LLMBatchCore

/// The member of `generationConfig` that carries a schema.
///
/// Users report that batches answer `responseJsonSchema` with degenerate JSON and `responseSchema` well, which is why the
/// older member is used where it can say the schema. It says less: what it leaves out is checked when a job's answer comes.
enum GeminiSchemaField: String, CaseIterable {
    /// `responseSchema` where that can say the schema, else `responseJsonSchema`.
    case auto
    case responseSchema
    case responseJsonSchema

    static let option = "schema-field"
    static let description =
        "where a schema stands: responseSchema, responseJsonSchema, or auto (the first where it can say the schema)"

    /// The member's name and its value.
    func written(_ schema: JSONNode) throws(RequestRefusal) -> (name: String, value: JSONNode) {
        guard self != .responseJsonSchema else { return ("responseJsonSchema", schema) }
        do {
            let form = try OutputSchema(root: schema, isStored: true).node(in: .gemini)
            return ("responseSchema", form)
        } catch {
            guard self == .responseSchema else { return ("responseJsonSchema", schema) }
            throw RequestRefusal(
                field: "response_format.json_schema.schema", "cannot be said in responseSchema: \(error.message)")
        }
    }
}
