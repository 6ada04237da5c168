extension BatchRunner {
    /// Fetches again the results of ended jobs of an attempt that have answers missing.
    ///
    /// Nothing is submitted. A crash leaves a part of the results stored, and nothing else.
    func collectAgain(_ jobs: [ProviderJob], of attempt: Attempt) async throws -> LateResults {
        guard case .batch(let remote) = provider.kind else { return LateResults() }
        guard let endpoint = try await storage.batch(batch)?.endpoint else { throw LLMBatchError.noBatch(batch) }
        try requireAccount(of: attempt)
        let policy = try await policy()
        return try await underClaim { claim in
            var found = LateResults()
            for job in jobs {
                let collector = ResultCollector(
                    storage: storage, provider: remote, job: job.id, endpoint: endpoint, claim: claim, policy: policy)
                let fetched = try await Observation.step(of: job.id, remoteID: job.state.remoteID) {
                    try await fetchAgain(job, by: collector)
                }
                found.add(fetched, to: job.id)
            }
            return found
        }
    }

    /// Checks jobs again whose results were gone or incomplete, and resumes them.
    ///
    /// - Throws: `needsAttention` when their results are still gone or incomplete.
    func lookAgain(at jobs: [ProviderJob], of attempt: Attempt) async throws -> LateResults {
        try await underClaim { claim in
            var attempt = attempt
            try await bind(&attempt, jobs, claim: claim)
            for job in jobs {
                try await storage.record(lifecycle.reduce(job.state, .searchWanted).state, of: job.id, under: claim)
            }
            var wanted: [ProviderJob] = []
            for job in jobs { wanted.append(try await storage.providerJob(job.id)) }
            try await drive(wanted, of: attempt, until: .ended, claim: claim)
        }
        var found = LateResults()
        for job in jobs {
            let answers = try await storage.providerJob(job.id).counts[.succeeded] - job.counts[.succeeded]
            found.add(.results(answers: answers, others: 0), to: job.id)
        }
        return found
    }

    /// The outcome of fetching a job's results again.
    enum Fetched {
        /// The number of answers, and of other results.
        case results(answers: Int, others: Int)
        /// The provider no longer knows the job or its results.
        case gone
        /// The provider is still running the job.
        case running
    }

    private func fetchAgain(_ job: ProviderJob, by collector: ResultCollector) async throws -> Fetched {
        guard let id = job.state.remoteID else { return .gone }
        do {
            let seen = try await persistently(collector) { () throws(ProviderError) in
                try await collector.provider.job(id)
            }
            Failpoint.recollectAfterPoll.pass()
            guard seen.status.isFinal else { return .running }
            var state = job.state
            state.take(seen)
            // The end of a job that was given up had been decided locally.
            state.abandonment = nil
            for look in 1...3 {
                let isWhole = try await persistently(collector) { try await collector.amend(state) }
                if isWhole { break }
                if look < 3 { try await clock.sleep(collector.provider.pacing.firstPoll) }
            }
            if state.durable != job.state.durable {
                let last = state
                try await shielded { try await storage.saveProviderJob(job.id, state: last, claim: collector.claim) }
            }
        } catch let error as ProviderError {
            guard [.notFound, .invalidRequest].contains(error.kind) else {
                throw error.asBatchError(doing: "fetching the results")
            }
            // Results that arrived before that are stored.
            if try await storage.providerJob(job.id).counts == job.counts { return .gone }
        }
        let after = try await storage.providerJob(job.id).counts
        let answers = after[.succeeded] - job.counts[.succeeded]
        let open = [Outcome.missing, .expired, .cancelled]
        let others = open.reduce(0) { $0 + job.counts[$1] - after[$1] } - answers
        return .results(answers: answers, others: max(0, others))
    }

    /// Retries transient failures, a bounded number of times.
    private func persistently<Value>(
        _ collector: ResultCollector, _ body: () async throws -> Value
    ) async throws -> Value {
        var failures = 0
        while true {
            do { return try await body() } catch let error as ProviderError where error.isTransient {
                failures += 1
                guard failures < lifecycle.maximumFailures else { throw error }
                let pacing = collector.provider.pacing
                try await clock.sleep(
                    clock.backoff(
                        failures, first: pacing.firstBackoff, longest: pacing.longestBackoff,
                        atLeast: error.retryAfter))
            }
        }
    }
}

extension LateResults {
    fileprivate mutating func add(_ fetched: BatchRunner.Fetched, to job: ProviderJobID) {
        jobs += 1
        switch fetched {
        case .results(let answers, let others):
            recovered += answers
            explained += others
        case .gone: gone.append(job)
        case .running: running.append(job)
        }
    }
}
