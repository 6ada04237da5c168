import Foundation

/// One batch in memory and the rules by which it changes, the same as the schema and statements of a database.
struct MemoryBatch {
    struct Try {
        var job: Int
        var asked: [UInt8]?
        var result: BatchResult?
        var source: ResultSource?
    }

    struct AttemptState {
        var attempt: Attempt
        var isSealed: Bool
        /// By request position, in insertion order, which is the order of positions.
        var tries: [Int: Try] = [:]
        var jobs: [Int: ProviderJobEntry] = [:]
    }

    struct ProviderJobEntry {
        var input: ProviderJobDigest
        var state: ProviderJobState
        var positions: [Int]
        /// By outcome, updated as results arrive.
        var ended = OutcomeCounts()
    }

    var new: NewBatch
    var serial: Int
    let begunAt: Date
    var contentSHA256: [UInt8]?
    var requests: [NewRequest] = []
    var positions: [CustomID: Int] = [:]
    var attempts: [AttemptState] = []
    /// By request: its outcome, nil while it is open; changed only by ``setOutcome(_:at:)``.
    private(set) var outcomes: [Outcome?] = []
    /// Counts ``outcomes`` as they change.
    private var ended = OutcomeCounts()
    /// By request: the attempt that holds its current result.
    var answers: [Int?] = []
    var anomalies: [Anomaly] = []
    var anomalyKeys: Set<String> = []
    /// The numbers of the anomalies, by attempt and provider job.
    var anomaliesOfJob: [Int: [Int: [Int]]] = [:]
    var cancelRequested = false
    var claim: (claim: Claim, expiry: Date)?
    var fence = 0
    var isVisible = false
    var importedAt: Date?
    var importedFrom: String?

    init(new: NewBatch, serial: Int, begunAt: Date) {
        self.new = new
        self.serial = serial
        self.begunAt = begunAt
    }

    var sealedAttempts: [AttemptState] { attempts.filter(\.isSealed) }

    func counts() -> OutcomeCounts {
        var counts = ended
        counts.requested = requests.count
        return counts
    }

    mutating func setOutcome(_ outcome: Outcome?, at position: Int) {
        if let old = outcomes[position] { ended[old] -= 1 }
        if let outcome { ended[outcome] += 1 }
        outcomes[position] = outcome
    }

    func record() -> BatchRecord {
        let jobs = sealedAttempts.last?.jobs.values.map { $0.state } ?? []
        let status = BatchStatus.combined(jobs.map(\.batchStatus))
        return BatchRecord(
            id: new.id, name: new.name, endpoint: new.endpoint, contentSHA256: contentSHA256 ?? [],
            metadata: new.metadata, provider: new.provider, definition: new.definition, status: status,
            counts: counts(), attempts: sealedAttempts.count,
            anomalies: anomalies.count, createdAt: new.createdAt,
            finishedAt: status.isFinal ? jobs.compactMap(\.endedAt).max() : nil, cancelRequested: cancelRequested,
            importedAt: importedAt, importedFrom: importedFrom)
    }

    func job(_ index: Int, of attempt: AttemptState) -> ProviderJob? {
        guard let entry = attempt.jobs[index] else { return nil }
        return ProviderJob(
            id: ProviderJobID(batch: new.id, attempt: attempt.attempt.number, index: index), input: entry.input,
            state: entry.state, counts: counts(of: entry))
    }

    func counts(of entry: ProviderJobEntry) -> OutcomeCounts {
        var counts = entry.ended
        counts.requested = entry.positions.count
        return counts
    }

    func stored(_ position: Int) -> StoredRequest {
        let request = requests[position]
        return StoredRequest(
            position: position, sourceLine: request.sourceLine, request: request.request, outcome: outcomes[position])
    }

    /// A request as a job of this attempt sends it.
    func asked(_ position: Int, in attempt: AttemptState) -> StoredRequest {
        var request = stored(position)
        guard let line = attempt.tries[position]?.asked else { return request }
        let own = request.request
        request.request = BatchRequest(
            customID: own.customID, endpoint: own.endpoint, model: own.model, line: line)
        return request
    }

    func answer(_ position: Int) -> BatchResult? {
        answers[position].flatMap { number in
            attempts.first { $0.attempt.number == number }?.tries[position]?.result
        }
    }

    mutating func settle(_ result: BatchResult, source: ResultSource?, attempt index: Int) {
        let job = result.job.index
        if let old = attempts[index].tries[result.position]?.result {
            attempts[index].jobs[job]?.ended[old.outcome] -= 1
        }
        attempts[index].jobs[job]?.ended[result.outcome] += 1
        attempts[index].tries[result.position]?.result = result
        attempts[index].tries[result.position]?.source = source
        refresh(result.position)
    }

    /// Derives the current result of a request from its tries: the latest success, otherwise the latest result; it is
    /// open while it is open in the latest attempt that contains it.
    mutating func refresh(_ position: Int) {
        var (answer, outcome, isOpen): (Int?, Outcome?, Bool) = (nil, nil, true)
        for state in attempts where state.isSealed {
            guard let entry = state.tries[position] else { continue }
            isOpen = entry.result == nil
            guard let result = entry.result, result.outcome == .succeeded || outcome != .succeeded else { continue }
            (answer, outcome) = (state.attempt.number, result.outcome)
        }
        answers[position] = answer
        setOutcome(isOpen ? nil : outcome, at: position)
    }

    mutating func append(_ new: [NewRequest]) {
        for request in new {
            positions[request.request.customID] = request.position
            requests.append(request)
            outcomes.append(nil)
            answers.append(nil)
        }
    }

    mutating func note(_ anomaly: Anomaly) {
        let key =
            "\(anomaly.attempt).\(anomaly.jobIndex) \(anomaly.kind.rawValue) \(anomaly.source.file) \(anomaly.source.line)"
        guard anomalyKeys.insert(key).inserted else { return }
        var anomaly = anomaly
        anomaly.number = anomalies.count + 1
        anomaliesOfJob[anomaly.attempt, default: [:]][anomaly.jobIndex, default: []].append(anomaly.number)
        anomalies.append(anomaly)
    }
}
