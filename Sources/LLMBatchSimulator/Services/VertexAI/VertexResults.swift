import Foundation

/// Computes what a job ends with: the rows of its input, each with its response and status.
struct VertexResults {
    private(set) var lines: [Data] = []
    private(set) var succeeded = 0
    private(set) var failed = 0
    private let model: String
    private let form: VertexForm

    init(_ ended: [SimulatedLine], model: String, form: VertexForm, validates: Bool) {
        self.model = model
        self.form = form
        for line in ended {
            guard let answer = line.answer else { continue }
            if validates, let objection = VertexInput.objection(to: line.line, form) {
                addFailure(line.request, Self.status(400, objection))
            } else {
                add(answer, to: line.request)
            }
        }
    }

    private mutating func add(_ answer: SimulatedAnswer, to request: SimulatedRequest) {
        switch answer {
        case .success, .text, .reply:
            guard let reply = answer.reply(to: request) else { return }
            addRow(request, response: body(of: reply, request), status: "")
        case .httpError(let status, _, let message, _): addFailure(request, Self.status(status, message))
        case .body(let status, let json):
            let text = String(decoding: json, as: UTF8.self)
            if status == 200 {
                addRow(request, response: .verbatim(text), status: "")
            } else {
                addFailure(request, text)
            }
        case .raw(let bytes): append(bytes)
        case .rawError(let bytes): append(bytes, isError: true)
        case .expired, .silent: break
        }
    }

    /// A Google error as text, as the service has been seen to write it.
    private static func status(_ status: Int, _ message: String) -> String {
        let error: WireJSON = [
            "error": [
                "code": .int(status), "message": .string(message), "status": .string(GoogleStatusText.code(status)),
            ]
        ]
        return "Bad Request: " + error.text
    }

    private mutating func addFailure(_ request: SimulatedRequest, _ status: String) {
        addRow(request, response: form == .claude ? nil : [:], status: status)
    }

    private func body(of reply: SimulatedReply, _ request: SimulatedRequest) -> WireJSON {
        switch form {
        case .claude: AnthropicMessageBody.json(reply, model: model, id: "msg_vrtx_" + request.customID)
        case .gemini: GenerateContentBody.json(reply, model: model, id: "resp_" + request.customID)
        case .embedding: embedding(reply, request)
        }
    }

    private func embedding(_ reply: SimulatedReply, _ request: SimulatedRequest) -> WireJSON {
        let asked = ReadJSON.object(request.source)?["request"] as? [String: Any]
        let config = (asked?["embed_content_config"] ?? asked?["embedContentConfig"]) as? [String: Any]
        let length = (config?["output_dimensionality"] ?? config?["outputDimensionality"]) as? Int ?? 8
        let values = (0..<length).map { WireJSON.verbatim(String(Double($0 % 64 + 1) / 128)) }
        return [
            "embedding": ["values": .array(values)], "usageMetadata": ["promptTokenCount": .int(reply.inputTokens)],
        ]
    }

    /// Returns the row as it was sent, except for the order of its members.
    private mutating func addRow(_ request: SimulatedRequest, response: WireJSON, status: String) {
        let row = ReadJSON.object(request.source) ?? [:]
        let sent =
            (try? JSONSerialization.data(withJSONObject: row["request"] ?? [:], options: [.sortedKeys])) ?? Data()
        var members: [(String, WireJSON)] = [("status", .string(status))]
        for name in ["custom_id", "key"] {
            if let id = row[name] as? String { members.append((name, .string(id))) }
        }
        members += [
            ("processed_time", "2026-01-01T00:10:00.000+00:00"),
            ("request", .verbatim(String(decoding: sent, as: UTF8.self))), ("response", response),
        ]
        append(Data(WireJSON.object(members).text.utf8), isError: !status.isEmpty)
    }

    private mutating func append(_ line: Data, isError: Bool = false) {
        lines.append(line)
        if isError { failed += 1 } else { succeeded += 1 }
    }
}
