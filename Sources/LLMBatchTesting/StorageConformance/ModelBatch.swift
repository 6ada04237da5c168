import LLMBatchCore

/// What a storage should contain about one batch, in the simplest form.
struct ModelBatch {
    /// One attempt: the outcome of each of its requests, nil while open.
    struct Attempt {
        var outcomes: [Int: Outcome?]
        var status: BatchStatus?
    }

    let drive: Drive
    let count: Int
    var attempts: [Attempt] = []
    var anomalies = 0
    var cancelRequested = false

    /// The current answer: the latest success, else the latest result, with its attempt.
    func answer(_ position: Int) -> (outcome: Outcome, attempt: Int)? {
        let results = zip(1..., attempts).compactMap { number, attempt in
            (attempt.outcomes[position] ?? nil).map { (outcome: $0, attempt: number) }
        }
        return results.last { $0.outcome == .succeeded } ?? results.last
    }

    /// The outcome of a request; nil while its latest attempt is open, or if it has none.
    func standing(_ position: Int) -> Outcome? {
        guard let latest = attempts.last(where: { $0.outcomes[position] != nil }),
            latest.outcomes[position] ?? nil != nil
        else { return nil }
        return answer(position)?.outcome
    }

    var counts: OutcomeCounts {
        var counts = OutcomeCounts(requested: count)
        for position in 0..<count {
            if let outcome = standing(position) { counts[outcome] += 1 }
        }
        return counts
    }

    var open: [Int] {
        attempts.last.map { latest in latest.outcomes.filter { $0.value == nil }.keys.sorted() } ?? []
    }

    var status: BatchStatus { attempts.last.map { $0.status ?? .submitting } ?? .draft }
}
