/// Fetches the results of an ended provider job into the storage, and records anything that does not match.
struct ResultCollector: Sendable {
    let storage: any BatchStorage
    let provider: any BatchProvider
    let job: ProviderJobID
    let endpoint: Endpoint
    let claim: Claim
    /// Validates answers before they are stored; nil for a plain batch.
    var policy: (any BatchPolicy)?

    /// One check of the provider's results.
    private struct Look {
        /// Incomplete last lines, by file: they may be complete at the next check.
        var cut: [String: Anomaly] = [:]
        /// Complete lines that cannot be read.
        var unreadable = 0

        mutating func note(_ damage: ResultChunk.Damage) {
            unreadable += damage.unreadable
            for anomaly in damage.cut { cut[anomaly.source.file] = anomaly }
        }
    }

    /// Streams the results into the storage, from the checkpoint of an earlier collection; repeating it changes
    /// nothing.
    ///
    /// - Parameter isLast: true when no further check will follow; damaged lines are then attributed to requests.
    /// - Returns: what is missing, when a further check is worthwhile or the job must not end like this.
    /// - Throws: ``ProviderError`` when fetching fails; the storage's errors.
    func collect(_ state: ProviderJobState, isLast: Bool) async throws -> Shortfall? {
        guard let remoteID = state.remoteID, state.abandonment == nil else {
            try await DamagedLines(self).attribute()
            return nil
        }
        let before = try await storage.providerJob(job)
        var look = Look()
        // A check that follows one without new results reads all files from their start: the files may have changed.
        let isAfresh = state.hasOtherFiles || (state.looks?.count ?? 0).isMultiple(of: 2) && state.looks != nil
        if before.counts.open > 0 {
            let files = RemoteJobFiles(
                jobID: remoteID, endpoint: endpoint, inputFileID: state.inputFileID,
                outputFileID: state.outputFileID, errorFileID: state.errorFileID,
                // Not the checkpoint of the given state, which may be older than the last stored chunk.
                collected: isAfresh ? CollectionProgress() : before.state.collected)
            Failpoint.collectBeforeRequest.pass()
            try await download(files, &look)
        }
        if let gap = try await shortfall(state, before: before, look, isAfresh: isAfresh, isLast: isLast) { return gap }
        if !look.cut.isEmpty { try await storage.recordAnomalies(Array(look.cut.values), of: job, claim: claim) }
        try await DamagedLines(self).attribute()
        try await compareCounts(state)
        return nil
    }

    /// Streams the results of an ended job again, from the start, and fills in results that stood for no answer.
    ///
    /// - Returns: false when the results ended early, or contain less than the provider counts.
    /// - Throws: ``ProviderError`` when fetching fails; the storage's errors.
    func amend(_ state: ProviderJobState) async throws -> Bool {
        let files = RemoteJobFiles(
            jobID: state.remoteID ?? "", endpoint: endpoint, inputFileID: state.inputFileID,
            outputFileID: state.outputFileID, errorFileID: state.errorFileID)
        var isCut = false
        try await provider.results(of: files) { lines, _ in
            var results: [IncomingResult] = []
            for line in lines {
                switch line {
                case .result(let result): results.append(result)
                // It was reported when the job ended; only readable lines count here.
                case .unreadable(_, _, _, _, let endsFile): isCut = isCut || endsFile
                }
            }
            results = try await prepared(results)
            guard !results.isEmpty else { return }
            Failpoint.amendBefore.pass()
            try await shielded { [results] in _ = try await storage.amendProviderJob(job, with: results, claim: claim) }
            Failpoint.amendAfter.pass()
        }
        var counts = try await storage.providerJob(job).counts
        counts[.missing] = 0
        return !isCut && CollectedLines(counts: counts).gap(state) == nil
    }

    /// What is missing after a check, unless the job can end like this.
    private func shortfall(
        _ state: ProviderJobState, before: ProviderJob, _ look: Look, isAfresh: Bool, isLast: Bool
    ) async throws -> Shortfall? {
        var held = CollectedLines(counts: try await storage.providerJob(job).counts)
        guard held.counts.open > 0 else { return nil }
        let odd = try await storage.anomalyCounts(of: job)
        held.unreadable = isAfresh ? look.unreadable : odd[.unreadable] ?? 0
        // Files that were read twice may report a second line only because their order has changed.
        let doubles = state.looks == nil ? odd[.duplicate] ?? 0 : 0
        held.odd = held.unreadable + (odd[.unknownID] ?? 0) + doubles
        held.isCut = !look.cut.isEmpty
        let broughtMore = held.counts.finished > before.counts.finished
        if isLast, !broughtMore {
            return held.contradiction(state).map { Shortfall(broughtMore: false, message: $0) }
        }
        return held.gap(state).map { Shortfall(broughtMore: broughtMore, message: $0) }
    }

    /// Downloads the results and stores them in chunks, each while the next one arrives.
    ///
    /// What arrived before a failure is stored, so that the next collection resumes there.
    private func download(_ files: RemoteJobFiles, _ look: inout Look) async throws {
        var chunk = ResultChunk(job: job)
        try await withThrowingTaskGroup(of: Void.self) { group in
            do {
                try await provider.results(of: files) { lines, progress in
                    look.note(chunk.add(lines, progress))
                    if chunk.isFull {
                        // One chunk is on its way at a time, so that checkpoints move forward and memory stays bounded.
                        try await group.next()
                        let full = chunk.take()
                        group.addTask { try await store(full) }
                    }
                    Failpoint.collectMidBody.pass()
                }
            } catch let error where !(error is LLMBatchError) {
                try await group.next()
                try await store(chunk.take())
                throw error
            }
            try await group.next()
        }
        try await store(chunk.take())
    }

    private func store(_ chunk: ResultChunk) async throws {
        guard !chunk.isEmpty else { return }
        // Before the checkpoint that passes them is recorded.
        if !chunk.unreadable.isEmpty { try await storage.recordAnomalies(chunk.unreadable, of: job, claim: claim) }
        try await storage.take(try await prepared(chunk.results), progress: chunk.progress, of: job, under: claim)
    }

    /// The results in their stored form: under the callers' ids, and validated.
    func prepared(_ results: [IncomingResult]) async throws -> [IncomingResult] {
        try await judged(try await named(results))
    }

    /// The callers' ids of requests, by the ids that the provider was sent; others are left out.
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

    /// The results of a job's batch, each validated against its request.
    private func judged(_ results: [IncomingResult]) async throws -> [IncomingResult] {
        guard let policy, !results.isEmpty else { return results }
        var asked: [CustomID: [UInt8]] = [:]
        var query = ProviderJobRequestQuery(job: job, customIDs: results.map(\.customID))
        while true {
            let page = try await storage.providerJobRequests(query)
            for stored in page.elements { asked[stored.request.customID] = stored.request.line }
            guard page.hasMore, let last = page.elements.last else { break }
            query.after = last.position
        }
        return results.map { result in asked[result.customID].map { policy.judged(result, asked: $0) } ?? result }
    }

    /// Our own count is authoritative; a provider that counts differently is reported.
    private func compareCounts(_ state: ProviderJobState) async throws {
        guard let reported = state.reported else { return }
        let own = try await storage.providerJob(job).counts
        // Services differ in whether requests that were not processed count as failed.
        let isCutShort = state.remoteStatus == .cancelled || state.remoteStatus == .expired
        // Counters that are all zero mean nothing. The sum of untrusted numbers may overflow.
        guard reported.completed != 0 || reported.failed != 0,
            reported.completed != own[.succeeded] || (!isCutShort && reported.failed != own.unsuccessful)
        else { return }
        let message =
            "the provider counts \(reported.completed) completed and \(reported.failed) failed; "
            + "its results contain \(own[.succeeded]) that succeeded and \(own.unsuccessful) that did not"
        let anomaly = Anomaly(
            job: job, kind: .countMismatch, customID: nil, source: ResultSource(file: "status", line: 0),
            message: message,
            line: nil)
        try await storage.recordAnomalies([anomaly], of: job, claim: claim)
    }
}
