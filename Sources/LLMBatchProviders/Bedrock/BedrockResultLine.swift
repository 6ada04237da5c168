import LLMBatchCore

/// Reads a result line: `{"recordId", "modelInput", "modelOutput"}`, or `error` in place of the output.
///
/// Source: Amazon Bedrock user guide, "View the results of a batch inference job".
struct BedrockResultLine {
    let adapter: any BedrockModelAdapter
    let model: String

    func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        guard bytes.isUTF8, let line = try? JSONObject(bytes) else {
            return OpenAIResultLine.unreadable(bytes, source, "the line is not JSON", idKey: "recordId")
        }
        guard let id = WireReading.filled(line.string("recordId")) else {
            return OpenAIResultLine.unreadable(bytes, source, "the line has no recordId", idKey: "recordId")
        }
        guard let output = line.object("modelOutput"), !line.has("error") else {
            let (status, error) = Self.failure(line)
            return .result(
                OpenAIResultLine.translated(
                    native: bytes, id: nil, customID: CustomID(id), outcome: .errored, statusCode: status, error: error,
                    source: source))
        }
        let answer = named(adapter.answer(output, to: line.object("modelInput"), id: id))
        return .result(
            OpenAIResultLine.translated(
                native: bytes, id: answer.requestID, customID: CustomID(id), endpoint: endpoint, answer: answer,
                source: source))
    }

    /// The answer with the job's model, if it names none.
    private func named(_ answer: RealtimeAnswer) -> RealtimeAnswer {
        guard let body = try? JSONObject(answer.body), body.has("choices") || body.has("data"),
            WireReading.filled(body.string("model")) == nil
        else { return answer }
        var answer = answer
        answer.body = body.replacing("model", with: JSONText.quoted(model))
        return answer
    }

    private static func failure(_ line: JSONObject) -> (Int?, ResultError) {
        guard let error = line.object("error") else {
            return (nil, ResultError(code: "no_response", message: "the line has neither an answer nor an error"))
        }
        let code = error.integer("errorCode")
        let word = error.string("errorCode") ?? code.map { "http_\($0)" } ?? "error"
        return (
            code.flatMap { (100..<600).contains($0) ? $0 : nil },
            ResultError(
                code: word,
                message: error.string("errorMessage") ?? error.string("message") ?? "no reason was given")
        )
    }
}
