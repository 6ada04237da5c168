extension MemoryStorage {
    public func beginAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try change(claim) { batch in
            guard batch.sealedAttempts.allSatisfy({ $0.attempt.number < attempt.number }) else {
                throw LLMBatchError.attemptTaken(attempt.number, of: claim.batch)
            }
            batch.attempts.removeAll { !$0.isSealed }
            batch.attempts.append(MemoryBatch.AttemptState(attempt: attempt, isSealed: false))
        }
    }

    public func assign(_ assignments: [JobAssignment], attempt: Int, claim: Claim) async throws {
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

    public func sealAttempt(_ attempt: Int, jobs: [Int: JobInputDigest], claim: Claim) async throws {
        try change(claim) { batch in
            let index = try batch.index(ofUnsealed: attempt)
            let positions = batch.attempts[index].tries.keys.sorted()
            let filled = Dictionary(grouping: positions) { batch.attempts[index].tries[$0]?.job ?? 0 }
            guard filled.mapValues(\.count) == jobs.mapValues(\.requests) else {
                throw LLMBatchError.jobsDiffer(attempt: attempt, of: claim.batch)
            }
            for (number, digest) in jobs {
                batch.attempts[index].jobs[number] = MemoryBatch.JobEntry(
                    input: digest, state: JobState(), positions: filled[number] ?? [])
            }
            for position in positions { batch.setOutcome(nil, at: position) }
            batch.attempts[index].isSealed = true
            // A draft that its owner cancelled stays cancelled; a retry is a new wish.
            if attempt > 1 { batch.cancelRequested = false }
        }
    }

    public func updateAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try change(claim) { batch in
            let index = try batch.index(ofAttempt: attempt.number)
            batch.attempts[index].attempt.provider = attempt.provider
            batch.attempts[index].attempt.account = attempt.account
        }
    }
}

extension MemoryBatch {
    /// Where an attempt stands that is still being filled.
    fileprivate func index(ofUnsealed number: Int) throws -> Int {
        let index = try index(ofAttempt: number)
        guard !attempts[index].isSealed else { throw LLMBatchError.attemptSealed(number, of: new.id) }
        return index
    }
}
