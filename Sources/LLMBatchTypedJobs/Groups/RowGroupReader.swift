import LLMBatchCore
import LLMBatchSchema

/// Reads the row groups of a job's batch with all their answers, some at a time.
///
/// Holds about ten thousand rows, or a single row group when that is larger.
struct RowGroupReader: Sendable {
    private let batch: BatchRecord
    private let storage: any BatchStorage
    private let judge: AnswerValidator
    private let count: Int
    private var after: Int?
    private var isDone = false
    private var attempts: [Attempt]?
    /// The number of rows in the job; read when a row group is damaged.
    private var total: Int?

    init(_ batch: BatchRecord, storage: any BatchStorage, judge: AnswerValidator) {
        self.batch = batch
        self.storage = storage
        self.judge = judge
        // Rows that were shuffled together are read together, so that they can be put in order again.
        count = RowShuffle.window(batchSize: judge.definition.batchSize) / judge.definition.batchSize
    }

    /// The next row groups in batch order; nil after the last.
    mutating func next() async throws -> [RowGroupReport]? {
        guard !isDone else { return nil }
        var reports: [RowGroupReport] = []
        while reports.count < count, !isDone {
            let page = try await storage.requests(
                RequestQuery(batch: batch.id, after: after, limit: min(500, count - reports.count)))
            isDone = !page.hasMore
            after = page.elements.last?.position ?? after
            reports += try await self.reports(on: page.elements)
        }
        return reports.isEmpty ? nil : reports
    }

    /// The reports on these row groups.
    mutating func reports(on requests: [StoredRequest]) async throws -> [RowGroupReport] {
        let results = try await storage.results(of: batch.id, customIDs: requests.map(\.request.customID))
        let current = Dictionary(results.map { ($0.position, $0) }, uniquingKeysWith: { first, _ in first })
        var reports: [RowGroupReport] = []
        for stored in requests {
            let tries = try await tries(of: stored, current[stored.position])
            if let report = RowGroupReport(stored.request, tries: tries, judge: judge) {
                reports.append(report)
            } else {
                let numbers = try await numbers(of: stored.request.customID)
                reports.append(RowGroupReport(damaged: stored.request, rows: numbers, tries: tries))
            }
        }
        return reports
    }

    /// The rows of a row group by its id, for one that cannot be parsed.
    private mutating func numbers(of id: CustomID) async throws -> [Int] {
        guard let name = RowGroupID(id) else {
            throw LLMBatchError(.storage, "request \"\(id)\" does not belong to this job")
        }
        if total == nil {
            let last = try await storage.requests(
                RequestQuery(
                    batch: batch.id, after: batch.counts.requested > 1 ? batch.counts.requested - 2 : nil, limit: 1)
            ).elements.first
            total = (last?.request.customID).flatMap { RowGroupID($0)?.places.upperBound }.map { $0 + 1 }
        }
        return judge.definition.rows(in: name, among: total ?? name.places.upperBound + 1)
    }

    /// All tries of a row group; most had one, whose result is at hand.
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
