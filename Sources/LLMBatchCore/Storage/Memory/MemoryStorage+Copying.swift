extension MemoryStorage {
    package func tries(of id: BatchID, after cursor: TryCursor?, limit: Int) async throws -> Page<StoredTry> {
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
                    found.append(
                        StoredTry(
                            job: job, position: position, asked: entry?.asked, result: entry?.result,
                            source: entry?.source))
                }
            }
        }
        return Page(overfull: found, limit: limit)
    }

    package func beginRestore(_ snapshot: BatchSnapshot) async throws {
        let record = snapshot.batch
        let new = NewBatch(
            id: record.id, name: record.name, endpoint: record.endpoint, metadata: record.metadata,
            provider: record.provider, definition: record.definition, createdAt: record.createdAt)
        var copy = MemoryBatch(new: new, serial: nextSerial(), begunAt: now())
        copy.contentSHA256 = record.contentSHA256
        copy.cancelRequested = record.cancelRequested
        copy.importedAt = record.importedAt
        copy.importedFrom = record.importedFrom
        for attempt in snapshot.attempts {
            var state = MemoryBatch.AttemptState(attempt: attempt, isSealed: true)
            for job in snapshot.jobs where job.id.attempt == attempt.number {
                state.jobs[job.id.index] = MemoryBatch.ProviderJobEntry(
                    input: job.input, state: job.state, positions: [])
            }
            copy.attempts.append(state)
        }
        copies[record.id] = copy
    }

    package func restoreRequests(_ requests: [NewRequest], to id: BatchID) async throws {
        try changeCopy(id) { copy in
            try check(requests, in: copy)
            copy.append(requests)
        }
    }

    package func restoreTries(_ tries: [StoredTry], to id: BatchID) async throws {
        try changeCopy(id) { copy in
            for entry in tries { try copy.check(entry) }
            for entry in tries { try copy.add(entry) }
        }
    }

    package func restoreAnomalies(_ anomalies: [Anomaly], to id: BatchID) async throws {
        try changeCopy(id) { copy in anomalies.forEach { copy.note($0) } }
    }

    package func sealRestore(_ id: BatchID) async throws {
        guard var copy = copies[id] else { throw LLMBatchError.noCopy(id) }
        try checkName(of: copy)
        copy.isVisible = true
        // A claim on the replaced copy must not match a claim on this one.
        copy.fence = all[id].map { $0.fence + 1 } ?? 0
        all[id] = copy
        copies[id] = nil
        for attempt in copy.attempts {
            for (index, job) in attempt.jobs {
                guard let token = job.state.token else { continue }
                tokens[token] = ProviderJobID(batch: id, attempt: attempt.attempt.number, index: index)
            }
        }
        answered = AnsweredContents()
    }

    /// Modifies a copy in place; `body` throws before it changes anything.
    private func changeCopy(_ id: BatchID, _ body: (inout MemoryBatch) throws -> Void) throws {
        guard var copy = copies.removeValue(forKey: id) else { throw LLMBatchError.noCopy(id) }
        defer { copies[id] = copy }
        try body(&copy)
    }
}

extension MemoryBatch {
    fileprivate func check(_ entry: StoredTry) throws {
        let index = try index(of: entry.job)
        guard requests.indices.contains(entry.position) else {
            throw LLMBatchError.noRequest(at: entry.position, of: new.id)
        }
        guard attempts[index].tries[entry.position] == nil else { throw LLMBatchError.assignedTwice(entry.position) }
    }

    fileprivate mutating func add(_ entry: StoredTry) throws {
        let index = try index(of: entry.job)
        attempts[index].tries[entry.position] = Try(
            job: entry.job.index, asked: entry.asked, result: entry.result, source: entry.source)
        attempts[index].jobs[entry.job.index]?.positions.append(entry.position)
        if let result = entry.result { attempts[index].jobs[entry.job.index]?.ended[result.outcome] += 1 }
        refresh(entry.position)
    }
}
