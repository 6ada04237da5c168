/// Fetches the results of an ended provider job into the store, and accounts for what does not fit.
struct ResultCollector: Sendable {
    let storage: any BatchStorage
    let provider: any BatchProvider
    let job: ProviderJobID
    let endpoint: Endpoint
    let claim: Claim
    /// What judges answers before they are stored; nil for a plain batch.
    var check: AnswerCheck?

    /// Streams all results into the store, from where an earlier collection stopped; doing it again changes nothing.
    ///
    /// - Throws: ``ProviderError`` when fetching fails; the storage's errors.
    func collect(_ state: JobState) async throws {
        guard let remoteID = state.remoteID, state.abandonment == nil else { return }
        // Read anew: the state in hand may be older than the last chunk that was stored.
        let stored = try await storage.jobs(of: job.batch, attempt: job.attempt).first { $0.id == job }
        let files = RemoteJobFiles(
            jobID: remoteID, endpoint: endpoint, inputFileID: state.inputFileID, outputFileID: state.outputFileID,
            errorFileID: state.errorFileID,
            collected: stored?.state.collected ?? state.collected)
        Failpoint.collectBeforeRequest.pass()
        try await provider.results(of: files) { lines, progress in
            try await take(lines, progress)
            Failpoint.collectMidBody.pass()
        }
        try await requireReadable(state)
        try await attributeUnreadable()
        try await compareCounts(state)
    }

    private func take(_ lines: [ReceivedLine], _ progress: CollectionProgress) async throws {
        var results: [IncomingResult] = []
        var unreadable: [Anomaly] = []
        for line in lines {
            switch line {
            case .result(let result): results.append(result)
            case .unreadable(let source, let reason, let bytes):
                unreadable.append(
                    Anomaly(job: job, kind: .unreadable, customID: nil, source: source, message: reason, line: bytes))
            }
        }
        // Before the progress that passes over them is recorded.
        if !unreadable.isEmpty { try await storage.recordAnomalies(unreadable, of: job, claim: claim) }
        // A chunk without one readable line may be no part of the file (a proxy's page): nothing is passed over for it.
        results = try await judged(try await named(results))
        try await storage.take(results, progress: results.isEmpty ? nil : progress, of: job, under: claim)
    }

    /// Results under the callers' names of their requests.
    private func named(_ results: [IncomingResult]) async throws -> [IncomingResult] {
        let ids = WireID(provider.limits.ids, job: job)
        let positions = results.compactMap { ids.position(of: $0.customID.rawValue) }
        guard !positions.isEmpty else { return results }
        let names = try await storage.customIDs(of: job, at: positions)
        return results.map { result in
            guard let name = ids.position(of: result.customID.rawValue).flatMap({ names[$0] }) else { return result }
            return result.renamed(name)
        }
    }

    /// The results of a job's batch, each held against the request that was asked.
    private func judged(_ results: [IncomingResult]) async throws -> [IncomingResult] {
        guard let check, !results.isEmpty else { return results }
        var asked: [CustomID: [UInt8]] = [:]
        var query = JobRequestQuery(job: job, customIDs: results.map(\.customID))
        while true {
            let page = try await storage.jobRequests(query)
            for stored in page.elements { asked[stored.request.customID] = stored.request.line }
            guard page.hasMore, let last = page.elements.last else { break }
            query.after = last.position
        }
        return results.map { result in asked[result.customID].map { check.judged(result, asked: $0) } ?? result }
    }

    /// Files of which not one line can be read are fetched again a few times before they are taken for what they are.
    private func requireReadable(_ state: JobState) async throws {
        guard state.failures < 3,
            let job = try await storage.jobs(of: job.batch, attempt: job.attempt).first(where: { $0.id == job }),
            job.counts.finished == 0, try await !unreadable().isEmpty
        else { return }
        throw ProviderError(.unreadable, delivery: .unknown, message: "no line of the results can be read")
    }

    private func unreadable() async throws -> [Anomaly] {
        let anomalies = try await storage.anomalies(of: job.batch, after: nil, limit: 10_000).elements
        return anomalies.filter { ($0.attempt, $0.jobIndex, $0.kind) == (job.attempt, job.index, .unreadable) }
    }

    /// Unreadable lines as many as there are requests without a line: then each must be one of them.
    private func attributeUnreadable() async throws {
        let most = 100
        let unreadable = try await unreadable()
        guard !unreadable.isEmpty, unreadable.count <= most else { return }
        let open = try await storage.jobRequests(JobRequestQuery(job: job, onlyOpen: true, limit: most + 1)).elements
        guard open.count == unreadable.count else { return }
        let results = zip(open, unreadable).map { stored, anomaly in
            let isCertain = open.count == 1
            let message =
                isCertain
                ? anomaly.message : "one of \(open.count) lines that cannot be read, perhaps: \(anomaly.message)"
            return IncomingResult(
                customID: stored.request.customID, outcome: .errored,
                error: ResultError(code: OpenAIResultLine.unreadableCode, message: message),
                line: isCertain ? anomaly.line : nil, source: anomaly.source)
        }
        try await storage.take(results, of: job, under: claim)
    }

    /// Our own count stands; a provider that counted otherwise is reported.
    private func compareCounts(_ state: JobState) async throws {
        // Whether what a job did not get to has failed is counted in different ways.
        let isCutShort = state.remoteStatus == .cancelled || state.remoteStatus == .expired
        guard let reported = state.reported, reported.completed + reported.failed > 0,
            let own = try await storage.jobs(of: job.batch, attempt: job.attempt).first(where: { $0.id == job })?
                .counts,
            reported.completed != own[.succeeded] || (!isCutShort && reported.failed != own.unsuccessful)
        else { return }
        let message =
            "the provider counts \(reported.completed) completed and \(reported.failed) failed; "
            + "its results hold \(own[.succeeded]) that succeeded and \(own.unsuccessful) that did not"
        let anomaly = Anomaly(
            job: job, kind: .countMismatch, customID: nil, source: ResultSource(file: "status", line: 0),
            message: message,
            line: nil)
        try await storage.recordAnomalies([anomaly], of: job, claim: claim)
    }
}
