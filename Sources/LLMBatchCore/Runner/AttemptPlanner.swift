/// Seals an attempt: decides which requests it holds and in which provider jobs, before anything is sent.
struct AttemptPlanner {
    let storage: any BatchStorage
    let provider: Provider
    let claim: Claim
    /// Reduces the row groups of a retried typed job; nil for a plain batch, or a first attempt.
    var policy: (any BatchPolicy)?
    /// Finds the requests of a batch provider that can be answered from the storage.
    var reuser: AnswerReuser?
    /// Whether answers of imported batches may be used; stored with the job, for any process that resumes it.
    var reusesImports = false

    /// How many requests are assigned in one transaction, if they are short.
    private static let requestsAtOnce = 2000

    /// Plans and seals an attempt.
    ///
    /// - Throws: `wrongState` when there are no requests to send, `invalidInput` for a request that the provider cannot
    ///   accept.
    func plan(_ attempt: Attempt) async throws {
        try await checkEndpoint()
        try await storage.beginAttempt(attempt, claim: claim)
        Failpoint.planAfterBegin.pass()
        let fullAt = try await requestsPerJob(attempt)
        var jobs: [Int: ProviderJobBuilder] = [:]
        var current: [String?: Int] = [:]
        var query = RequestQuery(
            batch: claim.batch, selection: attempt.outcomes.map { .outcomes($0) } ?? .all, limit: Self.requestsAtOnce)
        // Each page is assigned while the next one is read.
        try await withThrowingTaskGroup(of: Void.self) { group in
            while true {
                let page = try await storage.requests(query)
                let assignments = try await assignments(of: page.elements, attempt, fullAt, &jobs, &current)
                try await group.next()
                group.addTask {
                    if !assignments.isEmpty {
                        try await storage.assign(assignments, attempt: attempt.number, claim: claim)
                    }
                    Failpoint.planAfterAssign.pass()
                }
                guard page.hasMore, let last = page.elements.last else { break }
                query.after = last.position
            }
            try await group.next()
        }
        guard !jobs.isEmpty else { throw try await nothingToAsk(attempt) }
        try checkMinimum(jobs)
        Failpoint.planBeforeSeal.pass()
        try await storage.sealAttempt(attempt.number, jobs: jobs.mapValues { $0.digest(for: provider) }, claim: claim)
        Failpoint.planAfterSeal.pass()
        Observation.report(
            BatchEvent(batch: claim.batch, .planned(attempt: attempt.number, providerJobs: jobs.count)))
    }

    /// Assigns requests to provider jobs.
    private func assignments(
        of page: [StoredRequest], _ attempt: Attempt, _ fullAt: Int, _ jobs: inout [Int: ProviderJobBuilder],
        _ current: inout [String?: Int]
    ) async throws -> [ProviderJobAssignment] {
        var asked: [(request: StoredRequest, line: [UInt8]?)] = []
        for stored in page {
            let part = try await retried(stored)
            guard let request = part.request(stored) else { continue }
            if case .line(let line) = part { asked.append((request, line)) } else { asked.append((request, nil)) }
        }
        let known = try await reuser?.answers(to: asked.map(\.request)) ?? [:]
        var assignments: [ProviderJobAssignment] = []
        for (request, line) in asked {
            var assignment =
                known[request.position] == nil
                ? try place(request, attempt, fullAt, &jobs, &current) : reuse(request, &jobs)
            assignment.line = line
            assignments.append(assignment)
        }
        return assignments
    }

    /// The number of requests in a full job: up to the provider's limit, spread evenly over the required jobs, so that
    /// the last one is not left with too few.
    private func requestsPerJob(_ attempt: Attempt) async throws -> Int {
        guard case .batch(let remote) = provider.kind, let batch = try await storage.batch(claim.batch) else {
            return .max
        }
        let most = remote.limits.requests ?? .max
        let asked = attempt.outcomes?.reduce(0) { $0 + batch.counts[$1] } ?? batch.counts.requested
        guard remote.limits.minimumRequests > 1, asked > most else { return most }
        let jobs = (asked + most - 1) / most
        return (asked + jobs - 1) / jobs
    }

    /// Adds a request to the job that is answered from the storage.
    private func reuse(_ stored: StoredRequest, _ jobs: inout [Int: ProviderJobBuilder]) -> ProviderJobAssignment {
        let number = jobs.first { $0.value.isReused }?.key ?? jobs.count + 1
        jobs[number, default: ProviderJobBuilder(isReused: true, reusesImports: reusesImports)].addWithoutLine()
        return ProviderJobAssignment(position: stored.position, job: number)
    }

    private func checkMinimum(_ jobs: [Int: ProviderJobBuilder]) throws {
        guard case .batch(let remote) = provider.kind else { return }
        let least = remote.limits.minimumRequests
        let asked = jobs.sorted { $0.key < $1.key }.map(\.value).filter { !$0.isReused }
        guard let small = asked.first(where: { $0.requests < least }) else { return }
        let name = asked.count > 1 ? small.model.map { "that of the model \($0)" } : nil
        throw LLMBatchError(
            .invalidInput,
            "\(remote.settings.name) needs at least \(least) requests per job; \(name ?? "this one") would have \(small.requests)",
            remedy: Remedy(
                "Nothing was submitted; add requests or choose another provider. Where your quota differs, set",
                .give(.option("minimum-requests", example: "N"))))
    }

    /// Adds a request to the current job of its model, or to a new one when it does not fit.
    private func place(
        _ stored: StoredRequest, _ attempt: Attempt, _ fullAt: Int, _ jobs: inout [Int: ProviderJobBuilder],
        _ current: inout [String?: Int]
    ) throws -> ProviderJobAssignment {
        guard case .batch(let remote) = provider.kind else {
            jobs[1, default: ProviderJobBuilder()].addWithoutLine()
            return ProviderJobAssignment(position: stored.position, job: 1)
        }
        let limits = remote.limits
        // Its line has the same length in every job.
        var line = try line(of: stored, attempt, remote, job: 1)
        let inputs = limits.inputs != nil ? stored.request.embeddingInputs : 0
        try checkSize(stored.request, "bytes", line.count + 1, limits.bytes)
        try checkSize(stored.request, "inputs", inputs, limits.inputs)
        let model = limits.oneModel ? attempt.provider.model ?? stored.request.model : nil
        var number = current[model] ?? jobs.count + 1
        if jobs[number]?.fits(line, inputs: inputs, limits, fullAt: fullAt) == false { number = jobs.count + 1 }
        current[model] = number
        if limits.ids.usesGeneratedIDs, number != 1 { line = try self.line(of: stored, attempt, remote, job: number) }
        jobs[number, default: ProviderJobBuilder(model: model)].add(line, inputs: inputs)
        return ProviderJobAssignment(position: stored.position, job: number)
    }

    private func checkSize(_ request: BatchRequest, _ what: String, _ size: Int, _ most: Int?) throws {
        guard let most, size > most else { return }
        throw LLMBatchError(
            .invalidInput,
            "request \"\(request.customID)\" has \(size) \(what), more than a complete job may have (\(most))")
    }

    private func line(
        of stored: StoredRequest, _ attempt: Attempt, _ remote: any BatchProvider, job index: Int
    ) throws -> [UInt8] {
        let ids = WireID(
            remote.limits.ids, job: ProviderJobID(batch: claim.batch, attempt: attempt.number, index: index))
        do {
            return try remote.inputLine(of: stored.outgoing(model: attempt.provider.model, ids: ids))
        } catch {
            let place = stored.sourceLine.map { " (line \($0))" } ?? ""
            let field = error.field.map { "\"\($0)\" " } ?? ""
            throw LLMBatchError(
                .invalidInput,
                "request \"\(stored.request.customID)\"\(place) cannot be sent to \(remote.settings.name): "
                    + field + error.reason,
                remedy: error.field == "model"
                    ? Remedy("Nothing was submitted", .give(.model))
                    : "Nothing was submitted; change the request, or choose another provider")
        }
    }

    /// What the attempt sends of a request.
    private func retried(_ stored: StoredRequest) async throws -> RetriedRequest {
        guard let policy else { return .whole }
        return policy.retried(
            stored, after: try await storage.history(of: claim.batch, customID: stored.request.customID))
    }

    private func checkEndpoint() async throws {
        guard case .batch(let remote) = provider.kind, let batch = try await storage.batch(claim.batch) else { return }
        guard remote.limits.endpoints.contains(batch.endpoint) else {
            throw LLMBatchError(
                .invalidInput,
                "\(remote.settings.name) does not support batches for \(batch.endpoint): "
                    + "it supports \(remote.limits.endpoints.map(\.rawValue).sorted().joined(separator: ", "))",
                remedy: "Choose another provider, for example realtime")
        }
    }
}

extension AttemptPlanner {
    /// Why an attempt would be empty: there are no failures, or none with the given outcomes.
    private func nothingToAsk(_ attempt: Attempt) async throws -> LLMBatchError {
        let counts = try await storage.batch(claim.batch)?.counts
        let failed = Outcome.allCases.filter { Outcome.unsuccessful.contains($0) && counts?[$0] ?? 0 > 0 }
        guard !failed.isEmpty, let asked = attempt.outcomes else {
            return LLMBatchError(.wrongState, "batch \(claim.batch) has no unsuccessful requests to retry")
        }
        let names = Outcome.allCases.filter(asked.contains).map(\.rawValue).joined(separator: " or ")
        let there = failed.map { "\(counts?[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
        return LLMBatchError(
            .wrongState, "batch \(claim.batch) has no requests that are \(names); it has \(there)",
            remedy: Remedy(nil, .retry(claim.batch, outcomes: failed)))
    }
}
