package import Foundation

/// A storage in memory: it has every property of a storage except that it does not survive the process.
///
/// The default storage of new batches, until they are saved to another.
package actor MemoryStorage: BatchStorage {
    var all: [BatchID: MemoryBatch] = [:]
    /// Copies in progress, not visible yet.
    var copies: [BatchID: MemoryBatch] = [:]
    let now: @Sendable () -> Date
    private var serial = 0
    /// The answers by request; empty until they are first looked up.
    var answered = AnsweredContents()

    /// Creates an empty storage.
    ///
    /// - Parameter now: Returns the time recorded for new batches and results. A storage that replays a log into memory
    ///   after a restart can return the original times, and so gets the same values.
    package init(now: @escaping @Sendable () -> Date = { .thisMillisecond }) {
        self.now = now
    }

    func nextSerial() -> Int {
        serial += 1
        return serial
    }

    // MARK: - Creating batches

    package func beginBatch(_ batch: NewBatch) async throws {
        try batch.check()
        guard all[batch.id] == nil else { throw LLMBatchError.batchExists(batch.id) }
        all[batch.id] = MemoryBatch(new: batch, serial: nextSerial(), begunAt: now())
    }

    package func appendRequests(_ requests: [NewRequest], to id: BatchID) async throws {
        try check(requests, in: try unsealed(id))
        guard var batch = all.removeValue(forKey: id) else { throw LLMBatchError.noBatch(id) }
        batch.append(requests)
        all[id] = batch
    }

    package func sealBatch(_ id: BatchID, contentSHA256: [UInt8]) async throws -> BatchRecord {
        var batch = try unsealed(id)
        try checkName(of: batch)
        batch.contentSHA256 = contentSHA256
        batch.isVisible = true
        all[id] = batch
        return batch.record()
    }

    package func sweepUnsealed(before date: Date) async throws -> Int {
        let stale = all.values.filter { !$0.isVisible && $0.begunAt < date }.map(\.new.id)
        for id in stale { all[id] = nil }
        let staleCopies = copies.values.filter { $0.begunAt < date }.map(\.new.id)
        for id in staleCopies { copies[id] = nil }
        for id in Array(all.keys) { all[id]?.attempts.removeAll { !$0.isSealed && $0.attempt.createdAt < date } }
        return stale.count + staleCopies.count
    }

    package func deleteBatch(_ id: BatchID) async throws {
        all[id] = nil
        answered = AnsweredContents()
    }

    // MARK: - Reading

    package func batch(_ id: BatchID) async throws -> BatchRecord? {
        all[id].flatMap { $0.isVisible ? $0.record() : nil }
    }

    package func batches(_ query: BatchQuery) async throws -> Page<BatchRecord> {
        let visible = all.values.filter(\.isVisible).sorted { $0.serial > $1.serial }
        if let cursor = query.after, all[cursor] == nil { throw LLMBatchError.cursorGone(cursor) }
        let after = query.after.flatMap { all[$0]?.serial } ?? Int.max
        let found = visible.lazy.filter { $0.serial < after }.map { ($0.record(), $0.requests.first?.request) }
            .filter { query.matches($0.0, first: $0.1) }.map(\.0)
        return Page(overfull: Array(found.dropFirst(query.offset).prefix(query.limit + 1)), limit: query.limit)
    }

    package func batches(containing customID: CustomID, limit: Int) async throws -> [BatchID] {
        let holding = all.values.filter { $0.isVisible && $0.positions[customID] != nil }
        return holding.sorted { $0.serial > $1.serial }.prefix(limit).map(\.new.id)
    }

    package func attempts(of id: BatchID) async throws -> [Attempt] {
        try visible(id).sealedAttempts.map(\.attempt)
    }

    package func providerJobs(of id: BatchID, attempt: Int?) async throws -> [ProviderJob] {
        let batch = try visible(id)
        return batch.sealedAttempts.filter { attempt == nil || $0.attempt.number == attempt }.flatMap { state in
            state.jobs.keys.sorted().compactMap { batch.job($0, of: state) }
        }
    }

    package func providerJob(_ id: ProviderJobID) async throws -> ProviderJob {
        let batch = try visible(id.batch)
        guard let job = batch.job(id.index, of: batch.attempts[try batch.index(of: id)]) else {
            throw LLMBatchError.noProviderJob(id)
        }
        return job
    }

    package func requests(_ query: RequestQuery) async throws -> Page<StoredRequest> {
        let batch = try visible(query.batch)
        let start = (query.after ?? -1) + 1
        let found = (start..<max(start, batch.requests.count)).lazy.filter { position in
            switch query.selection {
            case .all: true
            case .open: batch.outcomes[position] == nil
            case .outcomes(let wanted): batch.outcomes[position].map(wanted.contains) ?? false
            }
        }
        return Page(overfull: found.prefix(query.limit + 1).map(batch.stored), limit: query.limit)
    }

    package func requests(of id: BatchID, customIDs: [CustomID]) async throws -> [StoredRequest] {
        let batch = try visible(id)
        return customIDs.compactMap { batch.positions[$0].map(batch.stored) }
    }

    package func results(_ query: ResultQuery) async throws -> Page<BatchResult> {
        let batch = try visible(query.batch)
        let start = (query.after ?? -1) + 1
        let found = (start..<max(start, batch.requests.count)).lazy.compactMap(batch.answer)
            .filter { query.outcomes?.contains($0.outcome) ?? true }
        return Page(overfull: Array(found.prefix(query.limit + 1)), limit: query.limit)
    }

    package func results(of id: BatchID, customIDs: [CustomID]) async throws -> [BatchResult] {
        let batch = try visible(id)
        return customIDs.compactMap { batch.positions[$0].flatMap(batch.answer) }
    }

    package func history(of id: BatchID, customIDs: [CustomID]) async throws -> [[RequestTry]] {
        let batch = try visible(id)
        return customIDs.map { customID in
            guard let position = batch.positions[customID] else { return [] }
            return batch.sealedAttempts.compactMap { state in
                guard let entry = state.tries[position] else { return nil }
                let job = ProviderJobID(batch: id, attempt: state.attempt.number, index: entry.job)
                return RequestTry(
                    attempt: state.attempt, job: job, remoteID: state.jobs[entry.job]?.state.remoteID,
                    asked: entry.asked, result: entry.result)
            }
        }
    }

    package func anomalies(of id: BatchID, after cursor: Int?, limit: Int) async throws -> Page<Anomaly> {
        let found = try visible(id).anomalies.filter { $0.number > cursor ?? 0 }
        return Page(overfull: Array(found.prefix(limit + 1)), limit: limit)
    }

    package func anomalies(
        of job: ProviderJobID, kind: Anomaly.Kind, after cursor: Int?, limit: Int
    ) async throws -> Page<Anomaly> {
        let found = try anomalies(of: job).filter { $0.kind == kind && $0.number > cursor ?? 0 }
        return Page(overfull: Array(found.prefix(limit + 1)), limit: limit)
    }

    package func anomalyCounts(of job: ProviderJobID) async throws -> [Anomaly.Kind: Int] {
        try anomalies(of: job).reduce(into: [:]) { $0[$1.kind, default: 0] += 1 }
    }

    private func anomalies(of job: ProviderJobID) throws -> some Sequence<Anomaly> {
        let batch = try visible(job.batch)
        _ = try batch.index(of: job)
        let numbers = batch.anomaliesOfJob[job.attempt]?[job.index] ?? []
        return numbers.lazy.map { batch.anomalies[$0 - 1] }
    }

    // MARK: - Access

    func visible(_ id: BatchID) throws -> MemoryBatch {
        guard let batch = all[id], batch.isVisible else { throw LLMBatchError.noBatch(id) }
        return batch
    }

    func check(_ requests: [NewRequest], in batch: MemoryBatch) throws {
        try NewRequest.check(requests, after: batch.requests.count)
        var fresh: [CustomID: NewRequest] = [:]
        for request in requests {
            let id = request.request.customID
            if let other = fresh[id] ?? batch.positions[id].map({ batch.requests[$0] }) {
                throw LLMBatchError.duplicate(
                    id, line: request.sourceLine, position: request.position, otherLine: other.sourceLine,
                    otherPosition: other.position)
            }
            fresh[id] = request
        }
    }

    /// Names are compared by their bytes, as in a database.
    func checkName(of batch: MemoryBatch) throws {
        guard let name = batch.new.name else { return }
        let isTaken = all.values.contains { other in
            other.isVisible && other.new.id != batch.new.id && name.hasSameBytes(as: other.new.name)
        }
        if isTaken { throw LLMBatchError.nameTaken(name) }
    }

    private func unsealed(_ id: BatchID) throws -> MemoryBatch {
        guard let batch = all[id] else { throw LLMBatchError.noBatch(id) }
        guard !batch.isVisible else { throw LLMBatchError.sealed(id) }
        return batch
    }
}
