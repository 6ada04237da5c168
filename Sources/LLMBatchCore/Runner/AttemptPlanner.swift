/// Seals an attempt: decides which requests it holds and in which provider jobs, before anything is sent.
struct AttemptPlanner {
    let storage: any BatchStorage
    let provider: Provider
    let claim: Claim
    /// What narrows the packs of a job; nil for a plain batch, or a first attempt.
    var narrowing: PackNarrowing?
    /// What finds the requests that need not be asked, at a batch provider.
    var reuser: AnswerReuser?
    /// Whether answers of imported batches count; kept with the job, for whoever takes it up again.
    var reusesImports = false

    /// Plans and seals an attempt.
    ///
    /// - Throws: `wrongState` when there is nothing to ask, `invalidInput` for what the provider cannot take.
    func plan(_ attempt: Attempt) async throws {
        try await checkEndpoint()
        try await storage.beginAttempt(attempt, claim: claim)
        Failpoint.planAfterBegin.pass()
        let fullAt = try await requestsPerJob(attempt)
        var jobs: [Int: JobFilling] = [:]
        var current: [String?: Int] = [:]
        var query = RequestQuery(batch: claim.batch, selection: attempt.outcomes.map { .outcomes($0) } ?? .all)
        while true {
            let page = try await storage.requests(query)
            let assignments = try await assignments(of: page.elements, attempt, fullAt, &jobs, &current)
            if !assignments.isEmpty { try await storage.assign(assignments, attempt: attempt.number, claim: claim) }
            Failpoint.planAfterAssign.pass()
            guard page.hasMore, let last = page.elements.last else { break }
            query.after = last.position
        }
        guard !jobs.isEmpty else { throw try await nothingToAsk(attempt) }
        try checkMinimum(jobs)
        Failpoint.planBeforeSeal.pass()
        try await storage.sealAttempt(attempt.number, jobs: jobs.mapValues { $0.digest(for: provider) }, claim: claim)
        Failpoint.planAfterSeal.pass()
    }

    /// Puts what is to be asked of these requests into jobs.
    private func assignments(
        of page: [StoredRequest], _ attempt: Attempt, _ fullAt: Int, _ jobs: inout [Int: JobFilling],
        _ current: inout [String?: Int]
    ) async throws -> [JobAssignment] {
        var asked: [(request: StoredRequest, line: [UInt8]?)] = []
        for stored in page {
            let part = try await narrowing?.part(of: stored) ?? .whole
            guard let request = part.request(stored) else { continue }
            if case .line(let line) = part { asked.append((request, line)) } else { asked.append((request, nil)) }
        }
        let known = try await reuser?.answers(to: asked.map(\.request)) ?? [:]
        var assignments: [JobAssignment] = []
        for (request, line) in asked {
            var assignment =
                known[request.position] == nil
                ? try place(request, attempt, fullAt, &jobs, &current) : reuse(request, &jobs)
            assignment.line = line
            assignments.append(assignment)
        }
        return assignments
    }

    /// How many requests make a job full: as many as the provider takes, spread evenly over the jobs that are needed, so
    /// that the last one is not left with too few.
    private func requestsPerJob(_ attempt: Attempt) async throws -> Int {
        guard case .batch(let remote) = provider.kind, let batch = try await storage.batch(claim.batch) else {
            return .max
        }
        let most = remote.limits.requests
        let asked = attempt.outcomes?.reduce(0) { $0 + batch.counts[$1] } ?? batch.counts.requested
        guard remote.limits.minimumRequests > 1, asked > most else { return most }
        let jobs = (asked + most - 1) / most
        return (asked + jobs - 1) / jobs
    }

    /// Puts a request into the job that is answered from the storage.
    private func reuse(_ stored: StoredRequest, _ jobs: inout [Int: JobFilling]) -> JobAssignment {
        let number = jobs.first { $0.value.isReused }?.key ?? jobs.count + 1
        jobs[number, default: JobFilling(isReused: true, reusesImports: reusesImports)].addWithoutLine()
        return JobAssignment(position: stored.position, job: number)
    }

    private func checkMinimum(_ jobs: [Int: JobFilling]) throws {
        guard case .batch(let remote) = provider.kind else { return }
        let least = remote.limits.minimumRequests
        let asked = jobs.sorted { $0.key < $1.key }.map(\.value).filter { !$0.isReused }
        guard let small = asked.first(where: { $0.requests < least }) else { return }
        let name = asked.count > 1 ? small.model.map { "that of the model \($0)" } : nil
        throw LLMBatchError(
            .invalidInput,
            "\(remote.settings.name) takes at least \(least) requests a job; \(name ?? "this one") would have \(small.requests)",
            hint: "Nothing was submitted; add requests, choose another provider, or say --option minimum-requests=N "
                + "where your quota is another")
    }

    /// Puts a request into the job of its model that is being filled, or into a new one when it does not fit.
    private func place(
        _ stored: StoredRequest, _ attempt: Attempt, _ fullAt: Int, _ jobs: inout [Int: JobFilling],
        _ current: inout [String?: Int]
    ) throws -> JobAssignment {
        guard case .batch(let remote) = provider.kind else {
            jobs[1, default: JobFilling()].addWithoutLine()
            return JobAssignment(position: stored.position, job: 1)
        }
        let limits = remote.limits
        // Whatever job it will be in, its line has this length.
        var line = try line(of: stored, attempt, remote, job: 1)
        let inputs = limits.inputs < .max ? stored.request.embeddingInputs : 0
        try checkSize(stored.request, "bytes", line.count + 1, limits.bytes)
        try checkSize(stored.request, "inputs", inputs, limits.inputs)
        let model = limits.oneModel ? attempt.provider.model ?? stored.request.model : nil
        var number = current[model] ?? jobs.count + 1
        if jobs[number]?.hasRoom(for: line, inputs: inputs, limits, fullAt: fullAt) == false { number = jobs.count + 1 }
        current[model] = number
        if limits.ids.provesJob, number != 1 { line = try self.line(of: stored, attempt, remote, job: number) }
        jobs[number, default: JobFilling(model: model)].add(line, inputs: inputs)
        return JobAssignment(position: stored.position, job: number)
    }

    private func checkSize(_ request: BatchRequest, _ what: String, _ size: Int, _ most: Int) throws {
        guard size > most else { return }
        throw LLMBatchError(
            .invalidInput,
            "request \"\(request.customID)\" has \(size) \(what), more than a whole job may have (\(most))")
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
                hint: error.field == "model"
                    ? "Nothing was submitted; name the model: --model NAME (in code, model:)"
                    : "Nothing was submitted; change the request, or choose another provider")
        }
    }

    private func checkEndpoint() async throws {
        guard case .batch(let remote) = provider.kind, let batch = try await storage.batch(claim.batch) else { return }
        guard remote.limits.endpoints.contains(batch.endpoint) else {
            throw LLMBatchError(
                .invalidInput,
                "\(remote.settings.name) takes no batch for \(batch.endpoint): "
                    + "it takes \(remote.limits.endpoints.map(\.rawValue).sorted().joined(separator: ", "))",
                hint: "Choose another provider, for example realtime")
        }
    }
}

extension AttemptPlanner {
    /// Why an attempt would hold no request: nothing failed, or not in the way that was named.
    private func nothingToAsk(_ attempt: Attempt) async throws -> LLMBatchError {
        let counts = try await storage.batch(claim.batch)?.counts
        let failed = Outcome.allCases.filter { Outcome.unsuccessful.contains($0) && counts?[$0] ?? 0 > 0 }
        guard !failed.isEmpty, let asked = attempt.outcomes else {
            return LLMBatchError(.wrongState, "batch \(claim.batch) has no unsuccessful request to retry")
        }
        let names = Outcome.allCases.filter(asked.contains).map(\.rawValue).joined(separator: " or ")
        let there = failed.map { "\(counts?[$0] ?? 0) \($0.rawValue)" }.joined(separator: ", ")
        return LLMBatchError(
            .wrongState, "batch \(claim.batch) has no request that is \(names); it has \(there)",
            hint: "llmbatch retry \(claim.batch) --outcome \(failed.map(\.rawValue).joined(separator: ","))"
                + "  # asks those again")
    }
}
