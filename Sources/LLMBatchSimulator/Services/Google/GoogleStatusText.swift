import Foundation

/// What the simulators of Google's services share on the wire.
enum GoogleStatusText {
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

    /// A time in the services' format.
    static func time(_ seconds: Int) -> WireJSON {
        .string(Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601))
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

    /// One page of a list, and the token of the next page.
    static func page<Item>(
        _ items: [Item], _ call: IncomingCall, standard: Int, longest: Int?, repeats: Bool
    ) throws(GoogleRefusal) -> (items: ArraySlice<Item>, next: WireJSON?) {
        let token = call.query["pageToken"] ?? ""
        guard token.isEmpty || Int(token) != nil else { throw .invalid("Invalid page token.") }
        let start = repeats ? 0 : min(Int(token) ?? 0, items.count)
        let asked = Int(call.query["pageSize"] ?? call.query["maxResults"] ?? "") ?? standard
        let size = max(1, min(asked, longest ?? asked))
        let end = min(items.count, start + size)
        if repeats { return (items[start..<end], .string(token.isEmpty ? "1" : token)) }
        return (items[start..<end], end < items.count ? .string(String(end)) : nil)
    }
}

/// An answer of `generateContent`, as a Google model gives it.
enum GenerateContentBody {
    static func json(_ reply: SimulatedReply, model: String, id: String) -> WireJSON {
        var parts: [WireJSON] = reply.text.map { [["text": .string($0)]] } ?? []
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
