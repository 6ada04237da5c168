package import Foundation

extension MemoryStorage {
    package func claim(_ id: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim {
        var batch = try visible(id)
        if let held = batch.claim, held.claim.owner != owner, held.expiry > now, !held.claim.owner.isGone() {
            throw LLMBatchError.held(id, by: held.claim.owner.description)
        }
        batch.fence += 1
        let claim = Claim(batch: id, owner: owner, fence: batch.fence)
        batch.claim = (claim, expiry)
        all[id] = batch
        return claim
    }

    package func renew(_ claim: Claim, until expiry: Date) async throws {
        try change(claim) { $0.claim = (claim, expiry) }
    }

    package func release(_ claim: Claim) async throws {
        guard all[claim.batch]?.fence == claim.fence else { return }
        all[claim.batch]?.claim = nil
    }

    package func saveProviderJob(_ job: ProviderJobID, state: ProviderJobState, claim: Claim) async throws {
        try checkToken(state.token, of: job)
        try change(claim) { batch in
            batch.save(state, of: job, attempt: try batch.index(of: job))
        }
    }

    package func providerJobRequests(_ query: ProviderJobRequestQuery) async throws -> Page<StoredRequest> {
        let batch = try visible(query.job.batch)
        let state = batch.attempts[try batch.index(of: query.job)]
        let wanted = query.customIDs.map { Set($0.compactMap { batch.positions[$0] }) }
        let found = (state.jobs[query.job.index]?.positions ?? []).lazy.filter { position in
            position > query.after ?? -1 && !(query.onlyOpen && state.tries[position]?.result != nil)
                && wanted?.contains(position) ?? true
        }
        return Page(
            overfull: found.prefix(query.limit + 1).map { batch.asked($0, in: state) }, limit: query.limit)
    }

    package func customIDs(of job: ProviderJobID, at positions: [Int]) async throws -> [Int: CustomID] {
        let batch = try visible(job.batch)
        let state = batch.attempts[try batch.index(of: job)]
        var found: [Int: CustomID] = [:]
        for position in positions where state.tries[position]?.job == job.index {
            found[position] = batch.requests[position].request.customID
        }
        return found
    }

    package func ingest(
        _ results: [IncomingResult], progress: CollectionProgress?, into job: ProviderJobID, claim: Claim
    ) async throws -> IngestReport {
        var report = IngestReport()
        let time = now()
        try change(claim) { batch in
            let index = try batch.index(of: job)
            if let progress { batch.attempts[index].jobs[job.index]?.state.collected = progress }
            for result in results { batch.ingest(result, job: job, attempt: index, at: time, report: &report) }
        }
        return report
    }

    package func recordAnomalies(_ anomalies: [Anomaly], of job: ProviderJobID, claim: Claim) async throws {
        try change(claim) { batch in
            _ = try batch.index(of: job)
            anomalies.forEach { batch.note($0) }
        }
    }

    package func endProviderJob(
        _ job: ProviderJobID, state: ProviderJobState, closing: ProviderJobState.Closing, claim: Claim
    ) async throws -> OutcomeCounts {
        var counts = OutcomeCounts()
        let time = now()
        try checkToken(state.token, of: job)
        try change(claim) { batch in
            let index = try batch.index(of: job)
            let open = (batch.attempts[index].jobs[job.index]?.positions ?? []).filter {
                batch.attempts[index].tries[$0]?.result == nil
            }
            for position in open {
                let result = BatchResult(
                    customID: batch.requests[position].request.customID, position: position,
                    endpoint: batch.new.endpoint,
                    job: job, outcome: closing.outcome, statusCode: nil, error: closing.error, usage: TokenUsage(),
                    line: nil,
                    recordedAt: state.endedAt ?? time)
                batch.settle(result, source: nil, attempt: index)
            }
            batch.save(state, of: job, attempt: index)
            counts = batch.job(job.index, of: batch.attempts[index])?.counts ?? counts
            guard counts.open == 0 else { throw LLMBatchError.countsDisagree(job, counts) }
        }
        return counts
    }

    package func amendProviderJob(
        _ job: ProviderJobID, with results: [IncomingResult], claim: Claim
    ) async throws -> IngestReport {
        var report = IngestReport()
        let time = now()
        try change(claim) { batch in
            let index = try batch.index(of: job)
            guard batch.attempts[index].jobs[job.index]?.state.phase == .ended else {
                throw LLMBatchError.notEnded(job)
            }
            for result in results { batch.amend(result, job: job, attempt: index, at: time, report: &report) }
        }
        if report.stored > 0 { answered = AnsweredContents() }
        return report
    }

    package func requestCancel(of id: BatchID) async throws {
        _ = try visible(id)
        all[id]?.cancelRequested = true
    }

    package func isCancelRequested(_ id: BatchID) async throws -> Bool {
        try visible(id).cancelRequested
    }

    private func checkToken(_ token: String?, of job: ProviderJobID) throws {
        guard let token else { return }
        for batch in all.values {
            for state in batch.attempts {
                for (index, held) in state.jobs where held.state.token == token {
                    let holder = ProviderJobID(batch: batch.new.id, attempt: state.attempt.number, index: index)
                    if holder != job { throw LLMBatchError.tokenTaken(by: holder) }
                }
            }
        }
    }

    /// Modifies a batch under a claim; `body` throws before it changes anything.
    ///
    /// The batch is removed from the dictionary meanwhile, so that it is modified in place and not copied.
    func change(_ claim: Claim, _ body: (inout MemoryBatch) throws -> Void) throws {
        guard try visible(claim.batch).fence == claim.fence else { throw LLMBatchError.staleClaim(claim.batch) }
        guard var batch = all.removeValue(forKey: claim.batch) else { throw LLMBatchError.noBatch(claim.batch) }
        defer { all[claim.batch] = batch }
        try body(&batch)
    }
}

extension MemoryBatch {
    /// Keeps the checkpoint, which only storing results changes; the checkpoint of one job at the provider is
    /// meaningless for another.
    fileprivate mutating func save(_ state: ProviderJobState, of job: ProviderJobID, attempt index: Int) {
        let before = attempts[index].jobs[job.index]?.state
        let isAnother = before?.remoteID != nil && before?.remoteID != state.remoteID
        attempts[index].jobs[job.index]?.state = state
        attempts[index].jobs[job.index]?.state.collected =
            isAnother ? CollectionProgress() : before?.collected ?? state.collected
    }

    /// The index of an attempt, sealed or not.
    func index(ofAttempt number: Int) throws -> Int {
        guard let index = attempts.firstIndex(where: { $0.attempt.number == number }) else {
            throw LLMBatchError.noAttempt(number, of: new.id)
        }
        return index
    }

    /// The index of the attempt of a visible job.
    func index(of job: ProviderJobID) throws -> Int {
        let index = attempts.firstIndex { $0.isSealed && $0.attempt.number == job.attempt && $0.jobs[job.index] != nil }
        guard let index else { throw LLMBatchError.noProviderJob(job) }
        return index
    }

    fileprivate mutating func amend(
        _ incoming: IncomingResult, job: ProviderJobID, attempt: Int, at time: Date, report: inout IngestReport
    ) {
        guard let position = positions[incoming.customID], let entry = attempts[attempt].tries[position],
            entry.job == job.index, let held = entry.result
        else { return }
        let stored = StoredOutcome(outcome: held.outcome, code: held.error?.code, source: entry.source)
        guard incoming.completes(stored) else { report.repeated += 1; return }
        report.stored += 1
        settle(
            incoming.result(position: position, endpoint: new.endpoint, job: job, at: time),
            source: incoming.source, attempt: attempt)
    }

    mutating func ingest(
        _ incoming: IncomingResult, job: ProviderJobID, attempt: Int, at time: Date, report: inout IngestReport
    ) {
        let own = positions[incoming.customID].flatMap { position in
            attempts[attempt].tries[position].map { (position, $0) }
        }
        guard let (position, entry) = own, entry.job == job.index else {
            report.anomalies += 1
            return note(.unknownID(incoming, job: job))
        }
        let isReadAtLast = entry.result?.error?.code == OpenAIResultLine.unreadableCode && incoming.canBeRead
        if entry.result != nil, !isReadAtLast {
            if entry.source == incoming.source { report.repeated += 1; return }
            report.anomalies += 1
            return note(.duplicate(incoming, job: job))
        }
        report.stored += 1
        settle(
            incoming.result(position: position, endpoint: new.endpoint, job: job, at: time),
            source: incoming.source, attempt: attempt)
    }
}
