extension BatchRunner {
    /// Fetches once more what the provider has of jobs of an attempt that have ended with less than all answers.
    ///
    /// Nothing is submitted. A process that ends in between leaves some results more and nothing else.
    func collectAgain(_ jobs: [ProviderJob], of attempt: Attempt) async throws -> LateResults {
        guard case .batch(let remote) = provider.kind else { return LateResults() }
        guard let endpoint = try await storage.batch(batch)?.endpoint else { throw LLMBatchError.noBatch(batch) }
        try requireAccount(of: attempt)
        let check = try await judge().map(AnswerCheck.init)
        return try await underClaim { claim in
            var found = LateResults()
            for job in jobs {
                let collector = ResultCollector(
                    storage: storage, provider: remote, job: job.id, endpoint: endpoint, claim: claim, check: check)
                found.add(try await fetchAgain(job, by: collector), to: job.id)
            }
            return found
        }
    }

    /// Looks once more at jobs whose results were gone or fell short, and lets them go on.
    ///
    /// - Throws: `needsAttention` when they still do.
    func lookAgain(at jobs: [ProviderJob], of attempt: Attempt) async throws -> LateResults {
        try await underClaim { claim in
            var attempt = attempt
            try await bind(&attempt, jobs, claim: claim)
            for job in jobs {
                try await storage.record(lifecycle.reduce(job.state, .searchWanted).state, of: job.id, under: claim)
            }
            var wanted: [ProviderJob] = []
            for job in jobs { wanted.append(try await storage.job(job.id)) }
            try await drive(wanted, of: attempt, until: .ended, claim: claim)
        }
        var found = LateResults()
        for job in jobs {
            let answers = try await storage.job(job.id).counts[.succeeded] - job.counts[.succeeded]
            found.add(.results(answers: answers, others: 0), to: job.id)
        }
        return found
    }

    /// What a job gave that was asked once more.
    enum Fetched {
        /// So many answers, and so many other results.
        case results(answers: Int, others: Int)
        /// The provider knows the job or its results no more.
        case gone
        /// The provider is at work on it.
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
            // Of a job that was given up it was we who had said how it ended.
            state.abandonment = nil
            for look in 1...3 {
                let isWhole = try await persistently(collector) { try await collector.amend(state) }
                if isWhole { break }
                if look < 3 { try await clock.sleep(collector.provider.pacing.firstPoll) }
            }
            if state.durable != job.state.durable {
                let last = state
                try await shielded { try await storage.saveJob(job.id, state: last, claim: collector.claim) }
            }
        } catch let error as ProviderError {
            guard [.notFound, .invalidRequest].contains(error.kind) else {
                throw error.asBatchError(doing: "fetching the results")
            }
            // What came before it was gone is stored.
            if try await storage.job(job.id).counts == job.counts { return .gone }
        }
        let after = try await storage.job(job.id).counts
        let answers = after[.succeeded] - job.counts[.succeeded]
        let open = [Outcome.missing, .expired, .cancelled]
        let others = open.reduce(0) { $0 + job.counts[$1] - after[$1] } - answers
        return .results(answers: answers, others: max(0, others))
    }

    /// Repeats what fails for a reason that passes, a bounded number of times.
    private func persistently<Value>(
        _ collector: ResultCollector, _ body: () async throws -> Value
    ) async throws -> Value {
        var failures = 0
        while true {
            do { return try await body() } catch let error as ProviderError where error.passes {
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
