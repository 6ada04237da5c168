import LLMBatchCore

/// Reads a result line of the Message Batches API: `{"custom_id", "result"}`, where the result has a type.
///
/// Source: Anthropic documentation, "Batch processing", "Retrieve batch results".
enum AnthropicResultLine {
    static func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        guard bytes.isUTF8, let line = try? JSONObject(bytes) else {
            return OpenAIResultLine.unreadable(bytes, source, "the line is not JSON")
        }
        guard let id = WireReading.filled(line.string("custom_id")) else {
            return OpenAIResultLine.unreadable(bytes, source, "the line has no custom_id")
        }
        let customID = CustomID(id)
        let result = line.object("result")
        guard result?.string("type") == "succeeded", let message = result.flatMap(message) else {
            let (outcome, status, error) = failure(result)
            return .result(
                OpenAIResultLine.translated(
                    native: bytes, id: nil, customID: customID, outcome: outcome, statusCode: status, error: error,
                    source: source))
        }
        let answer = AnthropicAnswer.read(message, id: id)
        return .result(
            OpenAIResultLine.translated(
                native: bytes, id: answer.requestID, customID: customID, endpoint: endpoint, answer: answer,
                source: source))
    }

    /// The message, which may be encoded as a string.
    private static func message(_ result: JSONObject) -> JSONObject? {
        result.object("message") ?? result.string("message").flatMap { try? JSONObject(Array($0.utf8)) }
    }

    /// The failure of a result without a message.
    private static func failure(_ result: JSONObject?) -> (Outcome, Int?, ResultError) {
        switch result?.string("type") {
        case "expired":
            (
                .expired, nil,
                ResultError(code: "batch_expired", message: "the job ended before this request was processed")
            )
        case "canceled", "cancelled":
            (
                .cancelled, nil,
                ResultError(code: "batch_cancelled", message: "the job was cancelled before this request was processed")
            )
        case "errored": errored(result)
        case let type: (.errored, nil, silent(type))
        }
    }

    private static func silent(_ type: String?) -> ResultError {
        switch type {
        case nil, "": ResultError(code: "no_response", message: "the line has neither a message nor an error")
        case "succeeded": ResultError(code: "no_response", message: "the result is marked succeeded but has no message")
        case let type?:
            ResultError(code: "unknown_result", message: "the result is of the type \"\(type)\", which is not known")
        }
    }

    /// The error is wrapped in an error object, as in the answer to a single call; some services send it bare.
    private static func errored(_ result: JSONObject?) -> (Outcome, Int?, ResultError) {
        let outer = result?.object("error")
        let error = outer?.object("error") ?? outer
        let type = error?.string("type") ?? "error"
        return (
            .errored, AnthropicCode.status(of: type),
            ResultError(code: type, message: result?.reportedError?.message ?? "no reason was given")
        )
    }
}
