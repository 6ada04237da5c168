import LLMBatchCore

/// Reads one result of xAI's Batch API: `{"batch_request_id", "batch_result": {"response" or "error"}}`.
enum XAIResult {
    static func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        guard let object = try? JSONObject(bytes), let id = object.string("batch_request_id") else {
            return OpenAIResultLine.unreadable(
                bytes, source, "the result names no request", idKey: "batch_request_id")
        }
        let customID = CustomID(id)
        let result = object.object("batch_result")
        let answer = result?.object("response")?.object("chat_get_completion")
        if let answer, !answer.isFilled("error") {
            let body = RealtimeAnswer(statusCode: 200, requestID: answer.string("id"), body: Array(answer.text))
            return .result(
                OpenAIResultLine.translated(
                    native: bytes, id: answer.string("id"), customID: customID, endpoint: endpoint, answer: body,
                    source: source))
        }
        let error = answer.map(refusal) ?? failure(result?.object("error"), object)
        return .result(
            OpenAIResultLine.translated(
                native: bytes, id: nil, customID: customID, outcome: outcome(error), error: error, source: source))
    }

    /// An answer that is an error of the model's endpoint.
    private static func refusal(_ answer: JSONObject) -> ResultError {
        ResultError(
            code: WireReading.filled(answer.string("code")) ?? "error",
            message: answer.reportedError?.message ?? "no reason was given")
    }

    private static func failure(_ error: JSONObject?, _ object: JSONObject) -> ResultError {
        let message = WireReading.filled(error?.string("message")) ?? WireReading.filled(object.string("error_message"))
        guard let code = error?.integer("code"), code != 0 else {
            return ResultError(
                code: "no_response", message: message ?? "the result has neither a response nor an error")
        }
        return ResultError(code: XAIWire.word(ofCode: code), message: message ?? "no reason was given")
    }

    private static func outcome(_ error: ResultError) -> Outcome {
        switch error.code {
        case "cancelled": .cancelled
        case "deadline_exceeded": .expired
        default: .errored
        }
    }
}
