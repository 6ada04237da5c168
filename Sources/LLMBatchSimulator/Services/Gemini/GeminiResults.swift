import Foundation

/// Computes what a job of the Gemini Batch API ends with: one line per request, with answers and errors together.
struct GeminiResults {
    private(set) var lines: [Data] = []
    private(set) var succeeded = 0
    private(set) var failed = 0
    private let model: String
    private let form: GeminiForm

    init(_ ended: [SimulatedLine], model: String, _ form: GeminiForm) {
        self.model = model
        self.form = form
        for line in ended {
            if let answer = line.answer { add(answer, to: line.request) }
        }
    }

    private mutating func add(_ answer: SimulatedAnswer, to request: SimulatedRequest) {
        switch answer {
        case .success, .text, .reply:
            guard let reply = answer.reply(to: request) else { return }
            let body = body(of: reply, request)
            append(["key": .string(request.customID), "response": body])
        case .httpError(let status, _, let message, _):
            append(
                [
                    "key": .string(request.customID),
                    "error": [
                        "code": .int(status), "message": .string(message),
                        "status": .string(GoogleStatusText.code(status)),
                    ],
                ], isError: true)
        case .body(let status, let json):
            let member = status == 200 ? "response" : "error"
            append(
                .object([
                    ("key", .string(request.customID)), (member, .verbatim(String(decoding: json, as: UTF8.self))),
                ]), isError: status != 200)
        case .raw(let bytes): append(bytes)
        case .rawError(let bytes): append(bytes, isError: true)
        case .expired, .silent: break
        }
    }

    private func body(of reply: SimulatedReply, _ request: SimulatedRequest) -> WireJSON {
        guard form == .embed else {
            return GenerateContentBody.json(reply, model: model, id: "resp_" + request.customID)
        }
        let asked = ReadJSON.object(request.source)?["request"] as? [String: Any] ?? [:]
        let length = (asked["outputDimensionality"] ?? asked["output_dimensionality"]) as? Int ?? 8
        let values = (0..<length).map { WireJSON.verbatim(String(Double($0 % 64 + 1) / 128)) }
        return ["embedding": ["values": .array(values)], "tokenCount": .string(String(reply.inputTokens))]
    }

    private mutating func append(_ json: WireJSON, isError: Bool = false) {
        append(Data(json.text.utf8), isError: isError)
    }

    private mutating func append(_ line: Data, isError: Bool = false) {
        lines.append(line)
        if isError { failed += 1 } else { succeeded += 1 }
    }
}
