/// What is known of one row of a job: its value, or why it has none.
public struct RowResult: Sendable, Hashable {
    /// Its number in the order of the source, from 0; failures shift nothing.
    public let row: Int
    /// The row as it was given, a JSON object; `null` when the stored request is damaged.
    public let input: [UInt8]
    /// Its value as JSON; nil when it has none.
    public let value: [UInt8]?
    /// Why it has no value.
    public let problem: RowProblem?
    /// How often it was asked.
    public let attempts: Int
    /// The request that asks for it.
    public let customID: CustomID
    /// The answer that brought its value, or the last one that did not; with the provider's line as it was received.
    public let response: BatchResult?
}

/// What is known of a pack after all its attempts.
struct PackReport: Sendable {
    let customID: CustomID
    /// In the order of the request.
    let rows: [RowResult]
    /// Every result, first to last.
    let results: [BatchResult]
    /// How many attempts held it.
    let attempts: Int

    /// Goes through the attempts at a pack: of each row the first good value stands.
    init?(_ request: BatchRequest, tries: [RequestTry], judge: PackJudge) {
        guard let question = PackQuestion(line: request.line, of: judge.definition) else { return nil }
        var found: [Int: RowState] = [:]
        for entry in tries {
            let asked = entry.asked.flatMap { PackQuestion(line: $0, of: judge.definition) } ?? question
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

extension PackReport {
    /// What is said of a pack whose stored request cannot be read: its rows have no value, and say why.
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

/// One row while the attempts at it are gone through.
private struct RowState {
    var value: [UInt8]?
    var problem = RowProblem(.open, "the row has not been asked yet")
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

extension PackJudge {
    /// Judges a result as it is stored; nil is one that has not come yet.
    func verdict(on result: BatchResult?, asked: [Int]) -> Verdict {
        switch result?.outcome {
        case .succeeded?, .invalid?: return verdict(on: result?.line, asked: asked)
        case let outcome?:
            let reason = result?.error.map { "\($0.code): \($0.message)" } ?? outcome.rawValue
            return failed(asked, RowProblem(.provider, outcome == .errored ? reason : "\(outcome.rawValue): \(reason)"))
        case nil: return failed(asked, RowProblem(.open, "the request is not answered yet"))
        }
    }
}
