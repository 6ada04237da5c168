/// Judges the results of a job's batch before they are stored: an answer that leaves one of its rows without a good
/// value becomes `invalid`, its line kept, with the rows and the reasons.
struct AnswerCheck: Sendable {
    /// The error code of a result with rows that are not good.
    static let code = "invalid_answer"

    let judge: PackJudge

    /// The result as it is to be stored.
    ///
    /// - Parameter line: the request line that was sent.
    func judged(_ result: IncomingResult, asked line: [UInt8]) -> IncomingResult {
        guard result.outcome == .succeeded || result.error.map(Self.isOfAnswer) == true else { return result }
        guard let question = PackQuestion(line: line, of: judge.definition) else { return result }
        let verdict = judge.verdict(on: result.line, asked: question.numbers)
        guard !verdict.problems.isEmpty else { return result }
        var result = result
        result.outcome = .invalid
        result.error = ResultError(code: Self.code, message: Self.message(verdict.problems, of: question.numbers.count))
        return result
    }

    /// True for an answer that is there and has too little in it: which rows that concerns is for the judge to say.
    private static func isOfAnswer(_ error: ResultError) -> Bool {
        [AnswerBody.emptyCode, AnswerBody.filteredCode, AnswerBody.incompleteCode].contains(error.code)
    }

    /// The rows that are not good, those with the same reason together.
    private static func message(_ problems: [Int: RowProblem], of asked: Int) -> String {
        let groups = Dictionary(grouping: problems.keys, by: { problems[$0]?.message ?? "" })
            .map { (rows: $0.value.sorted(), reason: $0.key) }
            .sorted { ($0.rows.first ?? 0) < ($1.rows.first ?? 0) }
        let shown = groups.prefix(5).map { group in
            let rows = group.rows.prefix(10).map(String.init).joined(separator: ", ")
            let more = group.rows.count > 10 ? " and \(group.rows.count - 10) more" : ""
            return "row\(group.rows.count == 1 ? "" : "s") \(rows)\(more): \(group.reason)"
        }
        let rest = groups.count > 5 ? "; and \(groups.count - 5) more reasons" : ""
        return "\(problems.count) of \(asked) rows are not good: \(shown.joined(separator: "; "))\(rest)"
    }
}
