import LLMBatchSchema
public import LLMBatchCore

/// Validates the results of a typed job's batch before they are stored: an answer without a valid value for each of its
/// rows becomes `invalid`; its line is kept, with the rows and the reasons.
public struct TypedJobPolicy: BatchPolicy {
    /// The error code of a result with invalid rows.
    static let code = "invalid_answer"

    let judge: AnswerValidator
    /// Which unsuccessful results are worth retrying; nil for all.
    var asksAgain: (@Sendable (BatchResult) -> Bool)?

    /// Reads the policies of typed jobs, for calls that take a policy reader.
    public static func reader() -> BatchPolicyReader { reader(decode: nil, asksAgain: nil) }

    /// The same in a process that knows more.
    ///
    /// - Parameters:
    ///   - decode: a further check of each value, in a process that knows the type.
    ///   - asksAgain: which unsuccessful results are worth retrying.
    static func reader(
        decode: RowCheck?, asksAgain: (@Sendable (BatchResult) -> Bool)? = nil
    ) -> BatchPolicyReader {
        BatchPolicyReader { definition in
            let definition = try TypedJobDefinition(stored: definition)
            return TypedJobPolicy(judge: try AnswerValidator(definition, decode: decode), asksAgain: asksAgain)
        }
    }

    /// A retry sends only the rows that have no valid value yet.
    package func retried(_ stored: StoredRequest, after tries: [RequestTry]) -> RetriedRequest {
        let last = tries.last { $0.result != nil }?.result
        if let last, let asksAgain, !asksAgain(last) { return .nothing }
        guard let report = RowGroupReport(stored.request, tries: tries, judge: judge),
            let question = ParsedRequest(line: stored.request.line, of: judge.definition)
        else { return .whole }
        let wanted = report.rows.filter { $0.value == nil }.map(\.row)
        // A row group without an invalid row fails a check that this process cannot make, because it does not know the
        // type.
        return question.line(only: Set(wanted)).map { .line($0) } ?? .whole
    }

    /// The result to store.
    ///
    /// - Parameter line: the request line that was sent.
    package func judged(_ result: IncomingResult, asked line: [UInt8]) -> IncomingResult {
        guard result.outcome == .succeeded || result.error.map(Self.isOfAnswer) == true else { return result }
        guard let question = ParsedRequest(line: line, of: judge.definition) else { return result }
        let verdict = judge.verdict(on: result.line, asked: question.numbers)
        guard !verdict.problems.isEmpty else { return result }
        var result = result
        result.outcome = .invalid
        result.error = ResultError(code: Self.code, message: Self.message(verdict.problems, of: question.numbers.count))
        return result
    }

    /// True for an answer that exists but is incomplete: the validator decides which rows are affected.
    private static func isOfAnswer(_ error: ResultError) -> Bool {
        [AnswerBody.emptyCode, AnswerBody.filteredCode, AnswerBody.incompleteCode].contains(error.code)
    }

    /// Lists the invalid rows, grouped by reason.
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
        return "\(problems.count) of \(asked) rows failed validation: \(shown.joined(separator: "; "))\(rest)"
    }
}
