import Crypto

/// Seals an attempt: decides which requests it holds and in which provider jobs, before anything is sent.
struct AttemptPlanner {
    let storage: any BatchStorage
    let provider: Provider
    let claim: Claim
    /// What narrows the packs of a job; nil for a plain batch, or a first attempt.
    var narrowing: PackNarrowing?

    /// One provider job being filled.
    private struct Filling {
        var hash = SHA256()
        var requests = 0
        var bytes = 0

        mutating func add(_ line: [UInt8]) {
            hash.update(data: line)
            hash.update(data: [0x0A])
            requests += 1
            bytes += line.count + 1
        }
    }

    /// Plans and seals an attempt.
    ///
    /// - Throws: `wrongState` when there is nothing to ask, `invalidInput` for what the provider cannot take.
    func plan(_ attempt: Attempt) async throws {
        try await checkEndpoint()
        try await storage.beginAttempt(attempt, claim: claim)
        Failpoint.planAfterBegin.pass()
        var jobs: [Int: Filling] = [:]
        var current: [String?: Int] = [:]
        var query = RequestQuery(batch: claim.batch, selection: attempt.outcomes.map { .outcomes($0) } ?? .all)
        while true {
            let page = try await storage.requests(query)
            var assignments: [JobAssignment] = []
            for stored in page.elements {
                let part = try await narrowing?.part(of: stored) ?? .whole
                guard let asked = part.request(stored) else { continue }
                var assignment = try place(asked, attempt, &jobs, &current)
                if case .line(let line) = part { assignment.line = line }
                assignments.append(assignment)
            }
            if !assignments.isEmpty { try await storage.assign(assignments, attempt: attempt.number, claim: claim) }
            Failpoint.planAfterAssign.pass()
            guard page.hasMore, let last = page.elements.last else { break }
            query.after = last.position
        }
        guard !jobs.isEmpty else {
            throw LLMBatchError(.wrongState, "batch \(claim.batch) has no unsuccessful request to retry")
        }
        Failpoint.planBeforeSeal.pass()
        try await storage.sealAttempt(attempt.number, jobs: jobs.mapValues(digest), claim: claim)
        Failpoint.planAfterSeal.pass()
    }

    /// Puts a request into the job of its model that is being filled, or into a new one when it does not fit.
    private func place(
        _ stored: StoredRequest, _ attempt: Attempt, _ jobs: inout [Int: Filling], _ current: inout [String?: Int]
    ) throws -> JobAssignment {
        guard case .batch(let remote) = provider.kind else {
            jobs[1, default: Filling()].requests += 1
            return JobAssignment(position: stored.position, job: 1)
        }
        let line = stored.request.line(model: attempt.provider.model)
        let limits = remote.limits
        guard line.count < limits.bytes else {
            throw LLMBatchError(
                .invalidInput,
                "request \"\(stored.request.customID)\" has \(line.count) bytes, more than a whole job may have (\(limits.bytes))"
            )
        }
        let model = limits.oneModel ? attempt.provider.model ?? stored.request.model : nil
        var number = current[model] ?? jobs.count + 1
        if let filling = jobs[number],
            filling.requests >= limits.requests || filling.bytes + line.count + 1 > limits.bytes
        {
            number = jobs.count + 1
        }
        current[model] = number
        jobs[number, default: Filling()].add(line)
        return JobAssignment(position: stored.position, job: number)
    }

    private func checkEndpoint() async throws {
        guard case .batch(let remote) = provider.kind, let batch = try await storage.batch(claim.batch) else { return }
        guard remote.limits.endpoints.contains(batch.endpoint) else {
            throw LLMBatchError(
                .invalidInput, "\(remote.settings.name) takes no batch for \(batch.endpoint)",
                hint: "Choose another provider, for example realtime")
        }
    }

    private func digest(_ filling: Filling) -> JobInputDigest {
        if case .realtime = provider.kind { return JobInputDigest(requests: filling.requests, bytes: 0, sha256: nil) }
        return JobInputDigest(requests: filling.requests, bytes: filling.bytes, sha256: Array(filling.hash.finalize()))
    }
}
