/// Fetches the results of an ended provider job into the store, and accounts for what does not fit.
struct ResultCollector: Sendable {
    let storage: any BatchStorage
    let provider: any BatchProvider
    let job: ProviderJobID
    let endpoint: Endpoint
    let claim: Claim
    /// What judges answers before they are stored; nil for a plain batch.
    var check: AnswerCheck?

    /// One look at what the provider has.
    private struct Look {
        /// Lines within which a file ended, by file: they may be whole at the next look.
        var cut: [String: Anomaly] = [:]
        /// Whole lines that cannot be read.
        var unreadable = 0
    }

    /// Streams the results into the store, from where an earlier collection stopped; doing it again changes nothing.
    ///
    /// - Parameter isLast: true when there will be no further look: then damaged lines are attributed to requests.
    /// - Returns: by how much the results fall short, when a further look is worth while, or the job must not end so.
    /// - Throws: ``ProviderError`` when fetching fails; the storage's errors.
    func collect(_ state: JobState, isLast: Bool) async throws -> Shortfall? {
        guard let remoteID = state.remoteID, state.abandonment == nil else {
            try await DamagedLines(self).attribute()
            return nil
        }
        let before = try await storage.job(job)
        var look = Look()
        // A look that follows on one that brought nothing new reads all files from their start: they may be others by now.
        let isAfresh = state.hasOtherFiles || (state.looks?.count ?? 0).isMultiple(of: 2) && state.looks != nil
        if before.counts.open > 0 {
            let files = RemoteJobFiles(
                jobID: remoteID, endpoint: endpoint, inputFileID: state.inputFileID,
                outputFileID: state.outputFileID, errorFileID: state.errorFileID,
                // Not that of the state in hand, which may be older than the last chunk that was stored.
                collected: isAfresh ? CollectionProgress() : before.state.collected)
            Failpoint.collectBeforeRequest.pass()
            try await provider.results(of: files) { lines, progress in
                try await take(lines, progress, &look)
                Failpoint.collectMidBody.pass()
            }
        }
        if let gap = try await shortfall(state, before: before, look, isAfresh: isAfresh, isLast: isLast) { return gap }
        if !look.cut.isEmpty { try await storage.recordAnomalies(Array(look.cut.values), of: job, claim: claim) }
        try await DamagedLines(self).attribute()
        try await compareCounts(state)
        return nil
    }

    /// Streams the results of a job that has ended once more, from the start, and fills in what stood for no answer.
    ///
    /// - Returns: false when the results ended early, or hold less than the provider counts.
    /// - Throws: ``ProviderError`` when fetching fails; the storage's errors.
    func amend(_ state: JobState) async throws -> Bool {
        let files = RemoteJobFiles(
            jobID: state.remoteID ?? "", endpoint: endpoint, inputFileID: state.inputFileID,
            outputFileID: state.outputFileID, errorFileID: state.errorFileID)
        var isCut = false
        try await provider.results(of: files) { lines, _ in
            var results: [IncomingResult] = []
            for line in lines {
                switch line {
                case .result(let result): results.append(result)
                // It was reported when the job ended; here only lines that can be read count.
                case .unreadable(_, _, _, _, let endsFile): isCut = isCut || endsFile
                }
            }
            results = try await prepared(results)
            guard !results.isEmpty else { return }
            Failpoint.amendBefore.pass()
            try await shielded { [results] in _ = try await storage.amendJob(job, with: results, claim: claim) }
            Failpoint.amendAfter.pass()
        }
        var counts = try await storage.job(job).counts
        counts[.missing] = 0
        return !isCut && CollectedLines(counts: counts).gap(state) == nil
    }

    /// What falls short after a look, unless the job can end so.
    private func shortfall(
        _ state: JobState, before: ProviderJob, _ look: Look, isAfresh: Bool, isLast: Bool
    ) async throws -> Shortfall? {
        var held = CollectedLines(counts: try await storage.job(job).counts)
        guard held.counts.open > 0 else { return nil }
        let odd = try await storage.anomalyCounts(of: job)
        held.unreadable = isAfresh ? look.unreadable : odd[.unreadable] ?? 0
        // Files that were read twice may have told of a second line only because their order is another one.
        let doubles = state.looks == nil ? odd[.duplicate] ?? 0 : 0
        held.odd = held.unreadable + (odd[.unknownID] ?? 0) + doubles
        held.isCut = !look.cut.isEmpty
        let broughtMore = held.counts.finished > before.counts.finished
        if isLast, !broughtMore {
            return held.contradiction(state).map { Shortfall(broughtMore: false, message: $0) }
        }
        return held.gap(state).map { Shortfall(broughtMore: broughtMore, message: $0) }
    }

    private func take(_ lines: [ReceivedLine], _ progress: CollectionProgress, _ look: inout Look) async throws {
        var results: [IncomingResult] = []
        var unreadable: [Anomaly] = []
        for line in lines {
            switch line {
            case .result(let result): results.append(result)
            case .unreadable(let source, let reason, let bytes, let customID, let isCut):
                let anomaly = Anomaly(
                    job: job, kind: .unreadable, customID: customID, source: source, message: reason, line: bytes)
                if isCut { look.cut[source.file] = anomaly } else { unreadable.append(anomaly) }
            }
        }
        look.unreadable += unreadable.count
        // Before the progress that passes over them is recorded.
        if !unreadable.isEmpty { try await storage.recordAnomalies(unreadable, of: job, claim: claim) }
        // A chunk without one readable line may be no part of the file (a proxy's page): nothing is passed over for it.
        results = try await prepared(results)
        try await storage.take(results, progress: results.isEmpty ? nil : progress, of: job, under: claim)
    }

    /// Results as they are stored: under the callers' names of their requests, and judged.
    func prepared(_ results: [IncomingResult]) async throws -> [IncomingResult] {
        try await judged(try await named(results))
    }

    /// The callers' names of requests, by the ids under which the provider knows them; others are left out.
    func names(of ids: [CustomID]) async throws -> [CustomID: CustomID] {
        let wire = WireID(provider.limits.ids, job: job)
        let positions = ids.compactMap { wire.position(of: $0.rawValue) }
        guard !positions.isEmpty else { return [:] }
        let names = try await storage.customIDs(of: job, at: positions)
        return ids.reduce(into: [:]) { found, id in
            if let name = wire.position(of: id.rawValue).flatMap({ names[$0] }) { found[id] = name }
        }
    }

    private func named(_ results: [IncomingResult]) async throws -> [IncomingResult] {
        let names = try await names(of: results.map(\.customID))
        return names.isEmpty ? results : results.map { result in names[result.customID].map(result.renamed) ?? result }
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

    /// Our own count stands; a provider that counted otherwise is reported.
    private func compareCounts(_ state: JobState) async throws {
        guard let reported = state.reported else { return }
        let own = try await storage.job(job).counts
        // Whether what a job did not get to has failed is counted in different ways.
        let isCutShort = state.remoteStatus == .cancelled || state.remoteStatus == .expired
        // Counters that are all zero are none. A sum of numbers that somebody else made up may not exist.
        guard reported.completed != 0 || reported.failed != 0,
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
