import Foundation

/// Computes what a job ends with: one line per processed record, with answers and errors together.
struct BedrockResults {
    private(set) var lines: [Data] = []
    private(set) var succeeded = 0
    private(set) var failed = 0

    init(_ ended: [SimulatedLine], model: String, validates: Bool) {
        for line in ended {
            guard let answer = line.answer else { continue }
            let input = ReadJSON.object(line.line.source)?["modelInput"] as? [String: Any] ?? [:]
            if validates, let objection = ModelOutput.objection(to: input, model: model) {
                add(.httpError(status: 400, code: nil, message: objection), to: line, input, model: model)
            } else {
                add(answer, to: line, input, model: model)
            }
        }
    }

    private mutating func add(
        _ answer: SimulatedAnswer, to line: SimulatedLine, _ input: [String: Any], model: String
    ) {
        switch answer {
        case .success, .text, .reply:
            guard let reply = answer.reply(to: line.request) else { return }
            let output = ModelOutput.json(reply, model: model, input: input, id: line.request.customID)
            append(line, input, ("modelOutput", output))
        case .httpError(let status, _, let message, _):
            append(
                line, input, ("error", ["errorCode": .int(status), "errorMessage": .string(message)]), isError: true)
        case .body(let status, let json):
            let member = status == 200 ? "modelOutput" : "error"
            append(line, input, (member, .verbatim(String(decoding: json, as: UTF8.self))), isError: status != 200)
        case .raw(let bytes):
            lines.append(bytes)
            succeeded += 1
        case .rawError(let bytes):
            lines.append(bytes)
            failed += 1
        case .expired, .silent: break
        }
    }

    /// Each line repeats the whole input.
    private mutating func append(
        _ line: SimulatedLine, _ input: [String: Any], _ member: (String, WireJSON), isError: Bool = false
    ) {
        let echo = (try? JSONSerialization.data(withJSONObject: input, options: [.sortedKeys])) ?? Data("{}".utf8)
        let json = WireJSON.object([
            ("modelInput", .verbatim(String(decoding: echo, as: UTF8.self))), member,
            ("recordId", .string(line.request.customID)),
        ])
        lines.append(Data(json.text.utf8))
        if isError { failed += 1 } else { succeeded += 1 }
    }
}
