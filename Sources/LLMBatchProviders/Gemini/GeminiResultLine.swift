import LLMBatchCore

/// Reads a result line of the Gemini Batch API: `{"key", "response"}` or `{"key", "error"}`. An inline result has its key in
/// `metadata`.
enum GeminiResultLine {
    static func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        guard bytes.isUTF8, let line = try? JSONObject(bytes) else {
            return OpenAIResultLine.unreadable(bytes, source, "the line is not JSON", idKey: "key")
        }
        guard let id = WireReading.filled(line.string("key")) ?? line.object("metadata")?.string("key") else {
            return OpenAIResultLine.unreadable(bytes, source, "the line has no key", idKey: "key")
        }
        let customID = CustomID(id)
        if let error = line.object("error") {
            let (read, status) = GoogleCode.read(error)
            return .result(
                OpenAIResultLine.translated(
                    native: bytes, id: nil, customID: customID, outcome: GoogleCode.outcome(read), statusCode: status,
                    error: read, source: source))
        }
        guard let response = line.object("response") else {
            return .result(
                OpenAIResultLine.translated(
                    native: bytes, id: nil, customID: customID, outcome: .errored,
                    error: ResultError(
                        code: "no_response", message: "the line has neither a response nor an error"), source: source))
        }
        return .result(
            answer(response, native: bytes, customID: customID, endpoint: endpoint, source: source))
    }

    /// The result of an answer of `generateContent` or `embedContent`.
    static func answer(
        _ response: JSONObject, native: [UInt8], customID: CustomID, endpoint: Endpoint, source: ResultSource
    ) -> IncomingResult {
        let read: Result<RealtimeAnswer, ResultErrorBox> =
            endpoint == .embeddings
            ? .success(GeminiEmbedding.read(response, id: customID.rawValue))
            : GeminiAnswer.read(response, id: customID.rawValue)
        return switch read {
        case .success(let answer):
            OpenAIResultLine.translated(
                native: native, id: answer.requestID, customID: customID, endpoint: endpoint, answer: answer,
                source: source)
        case .failure(let failure):
            OpenAIResultLine.translated(
                native: native, id: nil, customID: customID, outcome: .errored, statusCode: 200, error: failure.error,
                source: source)
        }
    }
}
