import LLMBatchCore
import LLMBatchSchema

/// The state of a row group after all its attempts.
struct RowGroupReport: Sendable {
    let customID: CustomID
    /// In the order of the request.
    let rows: [RowResult]
    /// Every result, first to last.
    let results: [BatchResult]
    /// The number of attempts that contained it.
    let attempts: Int

    /// Evaluates the tries of a row group: the first valid value of each row counts.
    init?(_ request: BatchRequest, tries: [RequestTry], judge: AnswerValidator) {
        guard let question = ParsedRequest(line: request.line, of: judge.definition) else { return nil }
        var found: [Int: RowState] = [:]
        for entry in tries {
            let asked = entry.asked.flatMap { ParsedRequest(line: $0, of: judge.definition) } ?? question
            let outcome = judge.verdict(on: entry.result, asked: asked.numbers)
            for number in asked.numbers {
                found[number, default: RowState()].take(
                    outcome.values[number], outcome.problems[number], entry.result)
            }
        }
        customID = request.customID
        results = tries.compactMap(\.result)
        attempts = tries.count
        rows = question.numbers.map { number in
            let state = found[number, default: RowState()]
            return RowResult(
                row: number, input: question.row(number) ?? [], value: state.value,
                problem: state.value == nil ? state.problem : nil, attempts: state.attempts,
                customID: request.customID, response: state.response)
        }
    }
}

extension RowGroupReport {
    /// The report on a row group whose stored request cannot be parsed: its rows have no value and carry the reason.
    init(damaged request: BatchRequest, rows numbers: [Int], tries: [RequestTry]) {
        customID = request.customID
        results = tries.compactMap(\.result)
        attempts = tries.count
        let (response, attempts) = (results.last, attempts)
        rows = numbers.map { number in
            RowResult(
                row: number, input: Array("null".utf8), value: nil,
                problem: RowProblem(
                    .damaged, "the stored request \"\(request.customID)\" is damaged and cannot be read"),
                attempts: attempts, customID: request.customID, response: response)
        }
    }
}

/// One row during the evaluation of its tries.
private struct RowState {
    var value: [UInt8]?
    var problem = RowProblem(.open, "the row has not been sent yet")
    var attempts = 0
    var response: BatchResult?

    mutating func take(_ value: [UInt8]?, _ problem: RowProblem?, _ result: BatchResult?) {
        attempts += 1
        guard self.value == nil else { return }
        self.value = value
        self.problem = problem ?? self.problem
        response = result ?? response
    }
}

extension AnswerValidator {
    /// Validates a stored result; nil for one that has not arrived yet.
    func verdict(on result: BatchResult?, asked: [Int]) -> Verdict {
        switch result?.outcome {
        case .succeeded?, .invalid?: return verdict(on: result?.line, asked: asked)
        case let outcome?:
            let reason = result?.error.map { "\($0.code): \($0.message)" } ?? outcome.rawValue
            return failed(asked, RowProblem(.provider, outcome == .errored ? reason : "\(outcome.rawValue): \(reason)"))
        case nil: return failed(asked, RowProblem(.open, "the request has not been answered yet"))
        }
    }
}
