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
}

extension MemoryBatch {
    /// The index of an attempt that is still being filled.
    fileprivate func index(ofUnsealed number: Int) throws -> Int {
        let index = try index(ofAttempt: number)
        guard !attempts[index].isSealed else { throw LLMBatchError.attemptSealed(number, of: new.id) }
        return index
    }
}
