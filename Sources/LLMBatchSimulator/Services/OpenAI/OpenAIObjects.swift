import LLMBatchCore

/// An error in the format of OpenAI's API.
struct APIError {
    var status = 400
    var message: String
    var type: String?
    var param: String?
    var code: String?

    static func notFound(_ what: String, id: String) -> APIError {
        APIError(status: 404, message: "No \(what) found with id '\(id)'.", param: "id")
    }

    /// The error's body. The type follows from the status unless one was given.
    var json: JSONNode {
        [
            "error": [
                "message": .string(message), "type": .string(type ?? typeOfStatus),
                "param": .init(param), "code": .init(code),
            ]
        ]
    }

    var refusal: Refusal { Refusal(json, status: status) }

    private var typeOfStatus: String {
        switch status {
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }
}

extension ServiceJob {
    /// The batch in OpenAI's format.
    var openAIJSON: JSONNode {
        [
            "id": .string(id), "object": "batch", "endpoint": .string(endpoint), "model": .init(lines.first?.model),
            "errors": errorsJSON, "input_file_id": .string(inputFileID), "completion_window": "24h",
            "status": .string(status), "output_file_id": .init(outputFileID), "error_file_id": .init(errorFileID),
            "created_at": .int(createdAt), "in_progress_at": .init(stamps["in_progress"]),
            "expires_at": .int(createdAt + 86400), "finalizing_at": .init(stamps["finalizing"]),
            "completed_at": .init(stamps["completed"]), "failed_at": .init(stamps["failed"]),
            "expired_at": .init(stamps["expired"]), "cancelling_at": .init(stamps["cancelling"]),
            "cancelled_at": .init(stamps["cancelled"]), "request_counts": countsJSON, "usage": usageJSON,
            "metadata": .init(metadata),
        ]
    }

    /// The batch in OpenAI's format, each member changed by `change`; nil removes a member.
    func openAIJSON(_ change: (String, JSONNode) -> JSONNode?) -> JSONNode { openAIJSON.mapped(change) }

    private var errorsJSON: JSONNode {
        guard status == "failed" else { return nil }
        let all = problems.isEmpty ? [BatchProblem(code: "invalid_request", message: "The batch failed.")] : problems
        return [
            "object": "list",
            "data": .array(
                all.map {
                    [
                        "code": .string($0.code), "message": .string($0.message), "param": .init($0.param),
                        "line": .init($0.line),
                    ]
                }),
        ]
    }

    private var countsJSON: JSONNode {
        if let counts { return counts.openAIJSON }
        if FinalStatus.withResults.contains(status) { return nil }
        return SimulatedCounts(total: 0, completed: 0, failed: 0).openAIJSON
    }

    private var usageJSON: JSONNode {
        let answered = status == "completed" ? min(counts?.completed ?? 0, lines.count) : 0
        guard answered > 0 else { return nil }
        return DefaultBody.tokenUsage(times: answered)
    }
}

extension SimulatedCounts {
    /// The counts in OpenAI's format.
    var openAIJSON: JSONNode { ["total": .int(total), "completed": .int(completed), "failed": .int(failed)] }
}

extension SimulatedFile {
    /// The file in OpenAI's format.
    var openAIJSON: JSONNode {
        [
            "id": .string(id), "object": "file", "bytes": .int(bytes.count), "created_at": .int(createdAt),
            "expires_at": .init(expiresAt), "filename": .string(filename), "purpose": .string(purpose),
            "status": "processed", "status_details": nil,
        ]
    }
}
