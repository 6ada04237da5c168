import LLMBatchCore

/// A result line of the OpenAI Batch API.
struct OpenAIResultLine {
    private let customID: String
    private let lineID: String
    private let dialect: WireDialect

    init(id: String, number: Int, jobID: String, _ dialect: WireDialect = .openAI) {
        customID = id
        lineID = "batch_req_\(jobID.dropFirst(6))_\(number)"
        self.dialect = dialect
    }

    /// The line for an outcome; nil when a request that was not processed has none.
    func line(_ outcome: RequestOutcome) -> ResultLine? {
        switch outcome {
        case .body(let status, let body): response(status, body)
        case .failure(let status, let code, let message, let type):
            response(status, APIError(status: status, message: message, type: type, code: code).json, isError: true)
        case .expired, .unanswered("expired"):
            error("batch_expired", "This request could not be executed before the completion window expired.")
        case .unanswered("cancelled") where dialect.reportsCancelled:
            error("batch_cancelled", "The batch was cancelled.")
        case .unanswered: nil
        }
    }

    private func response(_ status: Int, _ body: JSONNode, isError: Bool = false) -> ResultLine {
        let response: JSONNode = [
            "status_code": .int(status), "request_id": .string("req_" + lineID), "body": body,
        ]
        let json = json(response: response, error: nil)
        return status == 200 && !isError ? .succeeded(json) : .failed(json)
    }

    private func error(_ code: String, _ message: String) -> ResultLine {
        .failed(json(response: nil, error: ["code": .string(code), "message": .string(message)]))
    }

    private func json(response: JSONNode, error: JSONNode) -> JSONNode {
        let line: JSONNode = [
            "id": .string(lineID), "custom_id": .string(customID), "response": response, "error": error,
        ]
        return dialect.hasLineIDs ? line : line.keeping(["custom_id", "response", "error"])
    }
}
