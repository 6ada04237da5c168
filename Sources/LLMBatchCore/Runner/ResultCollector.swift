/// Fetches the results of an ended provider job into the store, and accounts for what does not fit.
struct ResultCollector: Sendable {
    let storage: any BatchStorage
    let provider: any BatchProvider
    let job: ProviderJobID
    let endpoint: Endpoint
    let claim: Claim

    /// A line that could not be read and names nobody.
    private struct Unreadable {
        let source: ResultSource
        let reason: String
        let line: [UInt8]
    }

    /// Streams all results into the store; doing it again changes nothing.
    ///
    /// - Throws: ``ProviderError`` when fetching fails; the storage's errors.
    func collect(_ state: JobState) async throws {
        guard let remoteID = state.remoteID else { return }
        let files = RemoteJobFiles(jobID: remoteID, endpoint: endpoint, outputFileID: state.outputFileID, errorFileID: state.errorFileID)
        var unreadable: [Unreadable] = []
        var unreadableCount = 0
        try await provider.results(of: files) { lines in
            var results: [IncomingResult] = []
            for line in lines {
                switch line {
                case .result(let result): results.append(result)
                case .unreadable(let source, let reason, let bytes):
                    unreadableCount += 1
                    if unreadable.count < 100 { unreadable.append(Unreadable(source: source, reason: reason, line: bytes)) }
                }
            }
            try await ingest(results)
        }
        try await attribute(unreadable, count: unreadableCount)
        try await compareCounts(state.reported)
    }

    private func ingest(_ results: [IncomingResult]) async throws {
        guard !results.isEmpty else { return }
        let (storage, job, claim) = (storage, job, claim)
        _ = try await shielded { try await storage.ingest(results, into: job, claim: claim) }
    }

    /// Unreadable lines as many as there are requests without a line: then each must be one of them.
    private func attribute(_ unreadable: [Unreadable], count: Int) async throws {
        guard count > 0 else { return }
        try await storage.recordAnomalies(
            unreadable.map {
                Anomaly(job: job, kind: .unreadable, customID: nil, source: $0.source, message: $0.reason, line: $0.line)
            }, of: job, claim: claim)
        let page = try await storage.jobRequests(JobRequestQuery(job: job, onlyOpen: true, limit: count))
        guard page.elements.count == count, !page.hasMore, unreadable.count == count else { return }
        let results = zip(page.elements, unreadable).map { stored, line in
            let certain = count == 1
            let message = certain ? line.reason : "one of \(count) lines that cannot be read, perhaps: \(line.reason)"
            return IncomingResult(
                customID: stored.request.customID, outcome: .errored,
                error: ResultError(code: OpenAIResultLine.unreadableCode, message: message),
                line: certain ? line.line : nil, source: line.source)
        }
        try await ingest(results)
    }

    /// Our own count stands; a provider that counted otherwise is reported.
    private func compareCounts(_ reported: RemoteJob.ReportedCounts?) async throws {
        guard let reported, reported.completed + reported.failed > 0,
            let own = try await storage.jobs(of: job.batch, attempt: job.attempt).first(where: { $0.id == job })?.counts,
            reported.completed != own[.succeeded] || reported.failed != own.unsuccessful
        else { return }
        let message =
            "the provider counts \(reported.completed) completed and \(reported.failed) failed; "
            + "its results hold \(own[.succeeded]) that succeeded and \(own.unsuccessful) that did not"
        let anomaly = Anomaly(
            job: job, kind: .countMismatch, customID: nil, source: ResultSource(file: "status", line: 0), message: message,
            line: nil)
        try await storage.recordAnomalies([anomaly], of: job, claim: claim)
    }
}
