import LLMBatchCore
import LLMBatchSchema

/// The member of `generationConfig` that carries a schema.
///
/// Users report that batches answer `responseJsonSchema` with degenerate JSON but `responseSchema` well, so the older
/// member is preferred where it can express the schema. Whatever it cannot express is checked in the answer.
enum GeminiSchemaField: String, CaseIterable {
    /// `responseSchema` if it can express the schema, else `responseJsonSchema`.
    case auto
    case responseSchema
    case responseJsonSchema

    static let option = "schema-field"
    static let description =
        "the member for a schema: responseSchema, responseJsonSchema, or auto (the first if it can express the schema)"

    /// The member's name and its value.
    func written(_ schema: JSONNode) throws(RequestRefusal) -> (name: String, value: JSONNode) {
        guard self != .responseJsonSchema else { return ("responseJsonSchema", schema) }
        do {
            let form = try OutputSchema(root: schema, isStored: true).node(in: .gemini)
            return ("responseSchema", form)
        } catch {
            guard self == .responseSchema else { return ("responseJsonSchema", schema) }
            throw RequestRefusal(
                field: "response_format.json_schema.schema", "cannot be expressed in responseSchema: \(error.message)")
        }
    }
}
