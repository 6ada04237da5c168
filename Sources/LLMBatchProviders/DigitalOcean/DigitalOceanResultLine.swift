import LLMBatchCore

/// Reads a result line in the format of the model's vendor: OpenAI's `response`, or Anthropic's `result`.
///
/// DigitalOcean does not document the lines, so an Anthropic message in a `response` is accepted too.
enum DigitalOceanResultLine {
    static func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        let line = try? JSONObject(bytes)
        if line?.object("result") != nil { return AnthropicResultLine.read(bytes, source: source, endpoint: endpoint) }
        if let line, let id = line.string("custom_id"), let message = line.object("response")?.object("body"),
            message.string("type") == "message"
        {
            let answer = AnthropicAnswer.read(message, id: id)
            return .result(
                OpenAIResultLine.translated(
                    native: bytes, id: answer.requestID, customID: CustomID(id), endpoint: endpoint, answer: answer,
                    source: source))
        }
        return OpenAIResultLine.read(bytes, source: source, endpoint: endpoint)
    }
}
