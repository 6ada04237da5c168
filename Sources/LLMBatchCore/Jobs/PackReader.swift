/// Reads the packs of a job's batch with all that was answered, some at a time.
///
/// What it holds at once is about ten thousand rows, or one pack when that is more.
struct PackReader: Sendable {
    private let batch: BatchRecord
    private let storage: any BatchStorage
    private let judge: PackJudge
    private let count: Int
    private var after: Int?
    private var isDone = false
    private var attempts: [Attempt]?
    /// How many rows the job has; read when a pack is damaged.
    private var total: Int?

    init(_ batch: BatchRecord, storage: any BatchStorage, judge: PackJudge) {
        self.batch = batch
        self.storage = storage
        self.judge = judge
        // Rows that were mixed with one another are read together, so that they can be put in order again.
        count = RowShuffle.window(batchSize: judge.definition.batchSize) / judge.definition.batchSize
    }

    /// The next packs in the order of the batch; nil after the last.
    mutating func next() async throws -> [PackReport]? {
        guard !isDone else { return nil }
        var reports: [PackReport] = []
        while reports.count < count, !isDone {
            let page = try await storage.requests(
                RequestQuery(batch: batch.id, after: after, limit: min(500, count - reports.count)))
            isDone = !page.hasMore
            after = page.elements.last?.position ?? after
            reports += try await self.reports(on: page.elements)
        }
        return reports.isEmpty ? nil : reports
    }

    /// What is known of these packs.
    mutating func reports(on requests: [StoredRequest]) async throws -> [PackReport] {
        let results = try await storage.results(of: batch.id, customIDs: requests.map(\.request.customID))
        let current = Dictionary(results.map { ($0.position, $0) }, uniquingKeysWith: { first, _ in first })
        var reports: [PackReport] = []
        for stored in requests {
            let tries = try await tries(of: stored, current[stored.position])
            if let report = PackReport(stored.request, tries: tries, judge: judge) {
                reports.append(report)
            } else {
                let numbers = try await numbers(of: stored.request.customID)
                reports.append(PackReport(damaged: stored.request, rows: numbers, tries: tries))
            }
        }
        return reports
    }

    /// The rows of a pack by its name, for one that cannot be read itself.
    private mutating func numbers(of id: CustomID) async throws -> [Int] {
        guard let name = PackName(id) else {
            throw LLMBatchError(.storage, "request \"\(id)\" is none of this job's")
        }
        if total == nil {
            let last = try await storage.requests(
                RequestQuery(
                    batch: batch.id, after: batch.counts.requested > 1 ? batch.counts.requested - 2 : nil, limit: 1)
            ).elements.first
            total = (last?.request.customID).flatMap { PackName($0)?.places.upperBound }.map { $0 + 1 }
        }
        return judge.definition.rows(in: name, among: total ?? name.places.upperBound + 1)
    }

    /// All attempts at a pack; most packs had one, and their result is at hand.
    private mutating func tries(of stored: StoredRequest, _ current: BatchResult?) async throws -> [RequestTry] {
        guard batch.attempts > 0 else { return [] }
        if let current, current.job.attempt == 1, current.outcome == .succeeded || batch.attempts == 1 {
            let known = if let attempts { attempts } else { try await storage.attempts(of: batch.id) }
            attempts = known
            if let first = known.first {
                return [RequestTry(attempt: first, job: current.job, remoteID: nil, result: current)]
            }
        }
        return try await storage.history(of: batch.id, customID: stored.request.customID)
    }
}
