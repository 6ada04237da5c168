import Foundation

/// Computes what a message batch ends with: one line per request, and the counters.
struct AnthropicResults {
    /// `request_counts`.
    struct Counts {
        var succeeded = 0
        var errored = 0
        var canceled = 0
        var expired = 0
        /// False when the script wants no counters.
        var isShown = true

        var unsuccessful: Int { errored + canceled + expired }

        /// Applies the script's changes to the counters.
        mutating func take(_ counts: SimulatedCounts?) {
            isShown = counts != nil
            succeeded = counts?.completed ?? 0
            errored = max(0, (counts?.failed ?? 0) - canceled - expired)
        }

        func json(running: Int) -> WireJSON {
            guard isShown else { return nil }
            return [
                "processing": .int(running), "succeeded": .int(succeeded), "errored": .int(errored),
                "canceled": .int(canceled), "expired": .int(expired),
            ]
        }
    }

    private(set) var lines: [Data] = []
    private(set) var counts = Counts()
    private let validates: Bool

    init(_ ended: [SimulatedLine], status: String, validates: Bool) {
        self.validates = validates
        for line in ended {
            if let answer = line.answer {
                add(answer, to: line)
            } else if status == "expired" {
                add("expired", to: line, count: \.expired)
            } else if status == "failed" {
                addError(500, "Internal server error", to: line)
            } else {
                add("canceled", to: line, count: \.canceled)
            }
        }
    }

    private mutating func add(_ answer: SimulatedAnswer, to line: SimulatedLine) {
        if validates, let objection = AnthropicInput.objection(to: line.line) {
            return addError(400, objection, to: line)
        }
        switch answer {
        case .success, .text, .reply:
            guard let reply = answer.reply(to: line.request) else { return }
            let message = AnthropicMessageBody.json(
                reply, model: line.line.model ?? "", id: "msg_" + line.request.customID)
            append(["type": "succeeded", "message": message], to: line, count: \.succeeded)
        case .body(200, let json):
            let message = WireJSON.verbatim(String(decoding: json, as: UTF8.self))
            append(["type": "succeeded", "message": message], to: line, count: \.succeeded)
        case .body(_, let json):
            let error = WireJSON.verbatim(String(decoding: json, as: UTF8.self))
            append(["type": "errored", "error": error], to: line, count: \.errored)
        case .httpError(let status, _, let message, _): addError(status, message, to: line)
        case .raw(let bytes):
            lines.append(bytes)
            counts.succeeded += 1
        case .rawError(let bytes):
            lines.append(bytes)
            counts.errored += 1
        case .expired: add("expired", to: line, count: \.expired)
        case .silent: break
        }
    }

    private mutating func addError(_ status: Int, _ message: String, to line: SimulatedLine) {
        let error = AnthropicRefusal(status: status, type: AnthropicRefusal.type(of: status), message: message)
        append(["type": "errored", "error": error.json], to: line, count: \.errored)
    }

    private mutating func add(_ type: String, to line: SimulatedLine, count: WritableKeyPath<Counts, Int>) {
        append(["type": .string(type)], to: line, count: count)
    }

    private mutating func append(
        _ result: WireJSON, to line: SimulatedLine, count: WritableKeyPath<Counts, Int>
    ) {
        let json: WireJSON = ["custom_id": .string(line.request.customID), "result": result]
        lines.append(Data(json.text.utf8))
        counts[keyPath: count] += 1
    }
}

/// A message from an Anthropic model.
enum AnthropicMessageBody {
    static func json(_ reply: SimulatedReply, model: String, id: String) -> WireJSON {
        var content: [WireJSON] = reply.text.map { [["type": "text", "text": .string($0)]] } ?? []
        content += reply.toolCalls.map { call in
            [
                "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
                "input": .verbatim(call.arguments),
            ]
        }
        return [
            "id": .string(id), "type": "message", "role": "assistant", "model": .string(model),
            "content": .array(content), "stop_reason": .string(stopReason(reply.finishReason)), "stop_sequence": nil,
            "usage": [
                "input_tokens": .int(reply.inputTokens), "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0, "output_tokens": .int(reply.outputTokens), "service_tier": "batch",
            ],
        ]
    }

    private static func stopReason(_ reason: String) -> String {
        switch reason {
        case "stop": "end_turn"
        case "length": "max_tokens"
        case "tool_calls": "tool_use"
        case "content_filter": "refusal"
        default: reason
        }
    }
}
