import Foundation

/// The records of a job, parsed from its input.
struct BedrockInput {
    private(set) var lines: [InputLine] = []
    private(set) var problems: [BatchProblem] = []

    /// Lines of `{"recordId", "modelInput"}`.
    init(_ file: Data, atLeast minimum: Int) {
        var added = 0
        for (index, line) in Lines.split(file).enumerated() where !line.isEmpty {
            guard let object = ReadJSON.object(line), object["modelInput"] is [String: Any] else {
                note("Record \(index + 1) is not JSON with a modelInput.", line: index + 1)
                continue
            }
            added += 1
            let id = object["recordId"] as? String ?? "REC" + String(repeating: "0", count: 8) + String(added)
            lines.append(InputLine(customID: id, model: nil, index: index, source: line))
        }
        if lines.count < minimum {
            note("The number of records (\(lines.count)) is less than the minimum of \(minimum).", line: nil)
        }
    }

    private mutating func note(_ message: String, line: Int?) {
        problems.append(BatchProblem(code: "ValidationException", message: message, line: line))
    }
}
