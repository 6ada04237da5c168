extension MemoryStorage {
    package func beginAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try change(claim) { batch in
            guard batch.sealedAttempts.allSatisfy({ $0.attempt.number < attempt.number }) else {
                throw LLMBatchError.attemptTaken(attempt.number, of: claim.batch)
            }
            batch.attempts.removeAll { !$0.isSealed }
            batch.attempts.append(MemoryBatch.AttemptState(attempt: attempt, isSealed: false))
        }
    }

    package func assign(_ assignments: [ProviderJobAssignment], attempt: Int, claim: Claim) async throws {
        try change(claim) { batch in
            let index = try batch.index(ofUnsealed: attempt)
            var fresh: Set<Int> = []
            for position in assignments.map(\.position) {
                guard batch.requests.indices.contains(position) else {
                    throw LLMBatchError.noRequest(at: position, of: claim.batch)
                }
                guard batch.attempts[index].tries[position] == nil, fresh.insert(position).inserted else {
                    throw LLMBatchError.assignedTwice(position)
                }
            }
            for assignment in assignments {
                batch.attempts[index].tries[assignment.position] = MemoryBatch.Try(
                    job: assignment.job, asked: assignment.line)
            }
        }
    }

    package func sealAttempt(_ attempt: Int, jobs: [Int: ProviderJobDigest], claim: Claim) async throws {
        try change(claim) { batch in
            let index = try batch.index(ofUnsealed: attempt)
            let positions = batch.attempts[index].tries.keys.sorted()
            let filled = Dictionary(grouping: positions) { batch.attempts[index].tries[$0]?.job ?? 0 }
            guard filled.mapValues(\.count) == jobs.mapValues(\.requests) else {
                throw LLMBatchError.jobsDiffer(attempt: attempt, of: claim.batch)
            }
            for (number, digest) in jobs {
                batch.attempts[index].jobs[number] = MemoryBatch.ProviderJobEntry(
                    input: digest, state: ProviderJobState(), positions: filled[number] ?? [])
            }
            for position in positions { batch.setOutcome(nil, at: position) }
            batch.attempts[index].isSealed = true
            // A draft that its owner cancelled stays cancelled; a retry is a new decision.
            if attempt > 1 { batch.cancelRequested = false }
        }
    }

    package func updateAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try change(claim) { batch in
            let index = try batch.index(ofAttempt: attempt.number)
            batch.attempts[index].attempt.provider = attempt.provider
            batch.attempts[index].attempt.account = attempt.account
        }
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

    package func saveProviderJob(_ job: ProviderJobID, state: ProviderJobState, claim: Claim) async throws {
        try checkToken(state.token, of: job)
        try change(claim) { batch in
            batch.save(state, of: job, attempt: try batch.index(of: job))
        }
        if let token = state.token { tokens[token] = job }
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

    func checkToken(_ token: String?, of job: ProviderJobID) throws {
        guard let token, let holder = tokens[token], holder != job,
            let attempt = all[holder.batch]?.attempts.first(where: { $0.attempt.number == holder.attempt }),
            attempt.jobs[holder.index]?.state.token == token
        else { return }
        throw LLMBatchError.tokenTaken(by: holder)
    }
}

extension MemoryBatch {
    /// The index of an attempt that is still being filled.
    fileprivate func index(ofUnsealed number: Int) throws -> Int {
        let index = try index(ofAttempt: number)
        guard !attempts[index].isSealed else { throw LLMBatchError.attemptSealed(number, of: new.id) }
        return index
    }

    /// Keeps the checkpoint, which only storing results changes; the checkpoint of one job at the provider is
    /// meaningless for another.
    mutating func save(_ state: ProviderJobState, of job: ProviderJobID, attempt index: Int) {
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
}
