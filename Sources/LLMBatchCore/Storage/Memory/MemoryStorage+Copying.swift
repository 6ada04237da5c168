extension MemoryStorage {
    public func tries(of id: BatchID, after cursor: TryCursor?, limit: Int) async throws -> Page<StoredTry> {
        let batch = try visible(id)
        var found: [StoredTry] = []
        for state in batch.sealedAttempts where state.attempt.number >= cursor?.attempt ?? 0 {
            for index in state.jobs.keys.sorted() {
                for position in state.jobs[index]?.positions ?? [] {
                    let place = (state.attempt.number, index, position)
                    if let cursor, place <= (cursor.attempt, cursor.index, cursor.position) { continue }
                    guard found.count <= limit else { return Page(overfull: found, limit: limit) }
                    let entry = state.tries[position]
                    let job = ProviderJobID(batch: id, attempt: state.attempt.number, index: index)
                    found.append(StoredTry(job: job, position: position, result: entry?.result, source: entry?.source))
                }
            }
        }
        return Page(overfull: found, limit: limit)
    }

    public func beginRestore(_ snapshot: BatchSnapshot) async throws {
        let record = snapshot.batch
        let new = NewBatch(
            id: record.id, name: record.name, endpoint: record.endpoint, metadata: record.metadata,
            provider: record.provider, createdAt: record.createdAt)
        var copy = MemoryBatch(new: new, serial: nextSerial())
        copy.contentSHA256 = record.contentSHA256
        copy.cancelRequested = record.cancelRequested
        for attempt in snapshot.attempts {
            var state = MemoryBatch.AttemptState(attempt: attempt, isSealed: true)
            for job in snapshot.jobs where job.id.attempt == attempt.number {
                state.jobs[job.id.index] = MemoryBatch.JobEntry(input: job.input, state: job.state, positions: [])
            }
            copy.attempts.append(state)
        }
        copies[record.id] = copy
    }

    public func restoreRequests(_ requests: [NewRequest], to id: BatchID) async throws {
        guard var copy = copies.removeValue(forKey: id) else { throw LLMBatchError.noBatch(id) }
        copy.append(requests)
        copies[id] = copy
    }

    public func restoreTries(_ tries: [StoredTry], to id: BatchID) async throws {
        guard var copy = copies.removeValue(forKey: id) else { throw LLMBatchError.noBatch(id) }
        defer { copies[id] = copy }
        for entry in tries {
            let index = try copy.index(ofAttempt: entry.job.attempt)
            copy.attempts[index].tries[entry.position] = MemoryBatch.Try(job: entry.job.index)
            copy.attempts[index].jobs[entry.job.index]?.positions.append(entry.position)
            if let result = entry.result {
                copy.settle(result, source: entry.source, attempt: index)
            } else {
                copy.outcomes[entry.position] = nil
            }
        }
    }

    public func restoreAnomalies(_ anomalies: [Anomaly], to id: BatchID) async throws {
        guard copies[id] != nil else { throw LLMBatchError.noBatch(id) }
        for anomaly in anomalies { copies[id]?.note(anomaly) }
    }

    public func sealRestore(_ id: BatchID) async throws {
        guard var copy = copies.removeValue(forKey: id) else { throw LLMBatchError.noBatch(id) }
        if let name = copy.new.name, all.values.contains(where: { $0.isVisible && $0.new.name == name && $0.new.id != id }) {
            throw LLMBatchError.nameTaken(name)
        }
        copy.isVisible = true
        all[id] = copy
    }
}
