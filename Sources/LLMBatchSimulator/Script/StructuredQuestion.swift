import Foundation
import LLMBatchCore
import LLMBatchSchema

/// The structured output that a request wants from the model, whatever the service's format.
///
/// Source: OpenAI "Structured outputs"; Anthropic "Structured outputs" and "Tool use"; Gemini "GenerationConfig";
/// Amazon Nova "Tool use".
struct StructuredQuestion {
    /// The JSON schema of the answer.
    let schema: JSONNode
    /// The tool that the model must call with the answer; nil when the answer is the text.
    let tool: String?
    /// The `json_schema` member if the format is OpenAI's; its rules are then enforced.
    let format: JSONNode?
    /// The last text of the user.
    let words: String?

    /// - Returns: nil when the request has no schema.
    init?(_ request: SimulatedRequest) {
        guard let body = Self.body(of: request) else { return nil }
        let tools = body["tools"]?.elements ?? []
        let amazons = body["toolConfig"]
        if let format = body["response_format"], format["type"]?.text == "json_schema",
            let given = format["json_schema"], let schema = given["schema"]
        {
            (self.schema, tool, self.format) = (schema, nil, given)
        } else if let schema = body["output_config"]?["format"]?["schema"]
            ?? body["generationConfig"]?["responseJsonSchema"]
        {
            (self.schema, tool, format) = (schema, nil, nil)
        } else if let schema = body["generationConfig"]?["responseSchema"] {
            // Its types are in capitals, and a flag marks what can be null.
            let read = try? OutputSchema(root: schema, isStored: true)
            (self.schema, tool, format) = (read?.root ?? schema, nil, nil)
        } else if let name = body["tool_choice"]?["name"]?.text,
            let schema = tools.first(where: { $0["name"]?.text == name })?["input_schema"]
        {
            (self.schema, tool, format) = (schema, name, nil)
        } else if let name = amazons?["toolChoice"]?["tool"]?["name"]?.text,
            let schema = amazons?["tools"]?.elements?.compactMap({ $0["toolSpec"] })
                .first(where: { $0["name"]?.text == name })?["inputSchema"]?["json"]
        {
            (self.schema, tool, format) = (schema, name, nil)
        } else {
            return nil
        }
        words = Self.lastWords(of: body)
    }

    private static func body(of request: SimulatedRequest) -> JSONNode? {
        if let body = try? JSONNode(Array(request.body)), body.members?.isEmpty == false { return body }
        guard let line = try? JSONNode(Array(request.source)) else { return nil }
        return ["params", "request", "modelInput"].lazy.compactMap { line[$0] }.first
    }

    private static func lastWords(of body: JSONNode) -> String? {
        let turn = (body["messages"] ?? body["contents"])?.elements?.last
        let content = turn?["content"] ?? turn?["parts"]
        return content?.text ?? content?.elements?.last?["text"]?.text
    }
}
