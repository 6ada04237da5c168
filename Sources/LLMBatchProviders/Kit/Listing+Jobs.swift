import LLMBatchCore

extension Listing {
    /// The jobs of a list that a fingerprint proves to be ours, oldest first.
    ///
    /// - Throws: if nothing is found and the list was not read to its end, the reason.
    func jobs(of trace: ProviderJobFingerprint, _ read: (Item) -> RemoteJob?) async throws(ProviderError) -> [RemoteJob]
    {
        try await search(settles: { _ in true }) { read($0).flatMap { trace.proves($0) ? $0 : nil } }
            .settled().oldestFirst
    }

    /// The first item of a list of files that `select` recognizes as our upload; nil if there is none.
    ///
    /// - Throws: if nothing is found and the list was not read to its end, the reason. The upload is then repeated, which is
    ///   free.
    func upload<Match>(_ select: (Item) -> Match?) async throws(ProviderError) -> Match? {
        var list = self
        // A long search costs more than another upload.
        list.mostPages = min(mostPages, 100)
        return try await list.search(settles: { _ in true }, select).settled().first
    }
}

extension Findings where Match == RemoteJob {
    /// The candidates that are or may be ours, oldest first, each with its evidence.
    ///
    /// - Parameter evidence: how certain it is that a job is ours; nil if it is not.
    /// - Throws: if nothing is left and the list was not read to its end, the reason.
    func proved(
        _ evidence: (RemoteJob) async throws(ProviderError) -> RemoteJob.Evidence?
    ) async throws(ProviderError) -> [RemoteJob] {
        var jobs: [RemoteJob] = []
        for candidate in matches {
            guard let evidence = try await evidence(candidate) else { continue }
            var job = candidate
            job.evidence = evidence
            jobs.append(job)
        }
        return try Findings(matches: jobs, gap: gap).settled().oldestFirst
    }
}
