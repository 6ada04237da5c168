import LLMBatchCore

extension Listing {
    /// The jobs of a list that a trace proves to be ours, oldest first.
    ///
    /// - Throws: where nothing is found, also the gap of a list that was not read to its end.
    func jobs(of trace: JobTrace, _ read: (Item) -> RemoteJob?) async throws(ProviderError) -> [RemoteJob] {
        try await search(settles: { _ in true }) { read($0).flatMap { trace.proves($0) ? $0 : nil } }
            .settled().oldestFirst
    }

    /// The first item of a list of files that `select` knows as our upload; nil when there is none.
    ///
    /// - Throws: the gap of a list that was not read to its end. An upload is then made again, which costs nothing.
    func upload<Match>(_ select: (Item) -> Match?) async throws(ProviderError) -> Match? {
        var list = self
        // A long search costs more than another upload.
        list.mostPages = min(mostPages, 100)
        return try await list.search(settles: { _ in true }, select).settled().first
    }
}

extension Findings where Match == RemoteJob {
    /// Those of the candidates that are ours or may be, oldest first, each with its evidence.
    ///
    /// - Parameter evidence: how sure it is that a job is ours; nil for another one.
    /// - Throws: where nothing is left, also the gap of a list that was not read to its end.
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
