import Foundation
import LLMBatchCore

/// What the simulators of Google's services share on the wire.
enum GoogleFormat {
    /// A canonical status with the prefix `BATCH_STATE_` or `JOB_STATE_`; any other status is shown unchanged.
    static func state(_ status: String, prefix: String) -> String {
        switch status {
        case "validating": prefix + "PENDING"
        case "in_progress", "finalizing": prefix + "RUNNING"
        case "completed": prefix + "SUCCEEDED"
        case "failed", "expired", "cancelled", "cancelling": prefix + status.uppercased()
        default: status
        }
    }

    /// The google.rpc code for an HTTP status.
    static func code(_ status: Int) -> String {
        switch status {
        case 400: "INVALID_ARGUMENT"
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 408, 504: "DEADLINE_EXCEEDED"
        case 429: "RESOURCE_EXHAUSTED"
        case 503: "UNAVAILABLE"
        default: "INTERNAL"
        }
    }

    /// An error in the body of a result.
    static func error(_ status: Int, _ message: String) -> JSONNode {
        ["code": .int(status), "message": .string(message), "status": .string(code(status))]
    }

    /// Why a job failed, with the google.rpc code.
    static func failure(of job: ServiceJob, _ standard: String) -> JSONNode {
        let problem = job.problems.first
        return [
            "code": .int(Int(problem?.code ?? "") ?? 13), "message": .string(problem?.message ?? standard),
        ]
    }

    /// The values of an embedding.
    static func embedding(length: Int?) -> JSONNode {
        .array((0..<(length ?? 8)).map { .number(String(Double($0 % 64 + 1) / 128)) })
    }
}

extension Service {
    /// One page of a list in Google's format: empty members are left out.
    func googlePage<Item>(
        _ call: IncomingCall, _ member: String, _ items: [Item], standard: Int, repeats: Bool = false,
        kind: JSONNode? = nil, show: (Item) -> JSONNode
    ) throws(Refusal) -> WireReply? {
        let token = call.query["pageToken"] ?? ""
        guard token.isEmpty || Int(token) != nil else { throw .google(400, "Invalid page token.") }
        let wanted = Int(call.query["pageSize"] ?? call.query["maxResults"] ?? "") ?? standard
        let page = Page(items, from: repeats ? 0 : Int(token) ?? 0, size: max(1, pageSize(wanted)))
        let next = repeats ? (token.isEmpty ? "1" : token) : page.next.map(String.init)
        return WireReply(
            .compact([
                "kind": kind, member: page.items.isEmpty ? nil : .array(page.items.map(show)),
                "nextPageToken": next.map { .string($0) },
            ]))
    }
}

extension Refusal {
    /// An error in the format of Google's services; its google.rpc code follows from the status.
    static func google(_ status: Int, _ message: String, code: String? = nil) -> Refusal {
        Refusal(
            [
                "error": [
                    "code": .int(status), "message": .string(message),
                    "status": .string(code ?? GoogleFormat.code(status)),
                ]
            ], status: status)
    }

    /// The error for a call that the state of its object does not allow.
    static func precondition(_ message: String) -> Refusal { .google(400, message, code: "FAILED_PRECONDITION") }
}

/// An answer of `generateContent`, as a Google model gives it.
enum GenerateContentBody {
    static func json(_ reply: SimulatedReply, model: String, id: String) -> JSONNode {
        var parts: [JSONNode] = reply.text.map { [["text": .string($0)]] } ?? []
        parts += reply.toolCalls.map { call in
            ["functionCall": ["name": .string(call.name), "args": .verbatim(call.arguments), "id": .string(call.id)]]
        }
        return [
            "candidates": [
                [
                    "content": ["role": "model", "parts": .array(parts)],
                    "finishReason": .string(finishReason(reply.finishReason)), "index": 0,
                ]
            ],
            "usageMetadata": [
                "promptTokenCount": .int(reply.inputTokens), "candidatesTokenCount": .int(reply.outputTokens),
                "totalTokenCount": .int(reply.inputTokens + reply.outputTokens),
                "promptTokensDetails": [["modality": "TEXT", "tokenCount": .int(reply.inputTokens)]],
            ],
            "modelVersion": .string(model), "responseId": .string(id),
        ]
    }

    private static func finishReason(_ reason: String) -> String {
        switch reason {
        case "stop", "tool_calls": "STOP"
        case "length": "MAX_TOKENS"
        case "content_filter": "SAFETY"
        default: reason.uppercased()
        }
    }
}
