/// Decides what of an unsuccessful pack a later attempt asks: only the rows that have no good value yet.
struct PackNarrowing: Sendable {
    /// What of a request is asked.
    enum Part {
        case nothing
        case whole
        /// A narrower line.
        case line([UInt8])

        /// The request as it is asked; nil when nothing of it is.
        func request(_ stored: StoredRequest) -> StoredRequest? {
            switch self {
            case .nothing: return nil
            case .whole: return stored
            case .line(let line):
                var narrow = stored
                let own = stored.request
                narrow.request = BatchRequest(
                    customID: own.customID, endpoint: own.endpoint, model: own.model, line: line)
                return narrow
            }
        }
    }

    let storage: any BatchStorage
    let batch: BatchID
    let judge: PackJudge
    /// Which results are worth asking again; all of them when nil.
    let asksAgain: (@Sendable (BatchResult) -> Bool)?

    func part(of stored: StoredRequest) async throws -> Part {
        let tries = try await storage.history(of: batch, customID: stored.request.customID)
        let last = tries.last { $0.result != nil }?.result
        if let last, let asksAgain, !asksAgain(last) { return .nothing }
        guard let report = PackReport(stored.request, tries: tries, judge: judge),
            let question = PackQuestion(line: stored.request.line, of: judge.definition)
        else { return .whole }
        let wanted = report.rows.filter { $0.value == nil }.map(\.row)
        // A pack without a bad row fails a check that this process cannot make: it does not know the type.
        return question.line(only: Set(wanted)).map { .line($0) } ?? .whole
    }
}
