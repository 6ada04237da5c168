extension Batch {
    /// Submits the batch: returns once the provider has accepted it and its job ids are recorded.
    ///
    /// Safe to call again at any time, after a crash too: what may have been accepted is looked for and never sent twice.
    /// A realtime provider has nothing to submit to; its requests are asked during ``wait()``.
    ///
    /// - Throws: ``LLMBatchError``: `keyRefused`, `providerRefused`, `providerUnavailable`, `heldElsewhere` …; the batch
    ///   stays as it is, and a later call goes on.
    public func start() async throws {
        guard try await !hasEnded() else { return }
        try await runner().run(until: .submitted)
    }

    /// Works on the batch until every request has a result, starting it when it was not.
    ///
    /// While another process drives the batch, this one watches, and takes over if the other goes away. Cancelling the
    /// task stops the work and loses nothing.
    ///
    /// - Returns: the batch as it ended.
    @discardableResult
    public func wait() async throws -> BatchRecord {
        // Of a batch that has ended nothing is asked, so no key is needed either.
        while try await !hasEnded() {
            do {
                try await runner().run(until: .ended)
            } catch let error as LLMBatchError where error.code == .heldElsewhere {
                try await clock.sleep(.seconds(1))
            }
        }
        return try await record()
    }

    private func hasEnded() async throws -> Bool {
        let record = try await record()
        return record.status.isFinal && record.counts.open == 0
    }

    /// Asks again what did not succeed, in a new attempt with only those requests, and submits it.
    ///
    /// Any number of times; the results of all attempts are kept. With ``using(_:)`` the attempt goes to another provider
    /// or model, which is recorded.
    ///
    /// - Parameter outcomes: which of the unsuccessful outcomes to ask again.
    /// - Throws: `wrongState` when the batch has not ended, or nothing is left to retry.
    public func retry(_ outcomes: Set<Outcome> = Outcome.unsuccessful) async throws {
        try await runner().retry(outcomes.subtracting([.succeeded]), until: .submitted)
    }

    /// Asks for cancellation: what is answered by then is kept, the rest becomes `cancelled`.
    ///
    /// The wish is durable before anything is sent. Whoever drives the batch carries it out; when nobody does, the
    /// provider is told at once, and ``wait()`` brings in what it had done.
    ///
    /// - Throws: `wrongState` when the batch has ended already.
    public func cancel() async throws {
        let record = try await record()
        guard try await !hasEnded() else {
            throw LLMBatchError(.wrongState, "batch \(id) has ended already (\(record.status.rawValue))")
        }
        try await storage.requestCancel(of: id)
        let jobs = record.attempts == 0 ? [] : try await storage.jobs(of: id, attempt: record.attempts)
        do {
            if jobs.isEmpty {
                try await runner(asking: Provider(NobodyProvider(settings: record.provider))).run(until: .ended)
            } else if jobs.contains(where: { $0.state.phase == .submitted }) {
                try await cancelRemotely(jobs)
                try await refresh()
            } else {
                // Nobody but us has it yet, or what has to come first is to learn whether the provider does.
                var runner = try await runner()
                runner.givesUp = true
                try await runner.run(until: .submitted)
                if case .realtime = try await provider().kind { try await runner.run(until: .ended) }
            }
        } catch let error as LLMBatchError where error.code == .heldElsewhere {
            // Whoever drives it sees the wish and carries it out.
        }
    }

    /// Gives up what is open, whatever becomes of it at the provider, which is asked nothing and told nothing: for a job that
    /// nothing else brings to its end.
    ///
    /// What is stored is kept, the rest becomes `cancelled`. A job that is still at the provider goes on there, and is paid
    /// for. No key is needed.
    ///
    /// - Throws: `wrongState` when the batch has ended already, `heldElsewhere` while another process drives it.
    public func abandon() async throws {
        let record = try await record()
        guard try await !hasEnded() else {
            throw LLMBatchError(.wrongState, "batch \(id) has ended already (\(record.status.rawValue))")
        }
        try await storage.requestCancel(of: id)
        let runner = runner(asking: Provider(NobodyProvider(settings: record.provider)))
        guard record.attempts > 0 else { return try await runner.run(until: .ended) }
        try await runner.abandon(attempt: record.attempts)
    }

    /// One job's refusal does not keep the others from being told; a job that is not known any more shows at the next poll.
    private func cancelRemotely(_ jobs: [ProviderJob]) async throws {
        guard case .batch(let remote) = try await provider().kind else { return }
        var refusal: ProviderError?
        for job in jobs where job.state.phase == .submitted {
            guard let remoteID = job.state.remoteID else { continue }
            do throws(ProviderError) { try await remote.cancel(remoteID) } catch {
                if error.kind != .notFound { refusal = refusal ?? error }
            }
        }
        if let refusal { throw refusal.asBatchError(doing: "cancelling") }
    }

    /// Works on the batch like ``wait()``, telling how far it is, first at once, then at every interval, then at its end.
    public func updates(every interval: Duration) -> AsyncThrowingStream<BatchRecord, any Error> {
        AsyncThrowingStream { continuation in
            let work = Task {
                do {
                    continuation.yield(try await record())
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            while true {
                                try await clock.sleep(interval)
                                continuation.yield(try await record())
                            }
                        }
                        defer { group.cancelAll() }
                        continuation.yield(try await wait())
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in work.cancel() }
        }
    }

    /// Asks the provider once about every job it is at work on, and records what it says.
    ///
    /// Nothing is submitted or collected; ``wait()`` does that.
    ///
    /// - Throws: `heldElsewhere` while another process drives the batch, which then asks anyway; the provider's errors.
    public func refresh() async throws {
        guard let latest = try await attempts().last else { return }
        let atWork = try await storage.jobs(of: id, attempt: latest.number).contains { $0.state.phase == .submitted }
        if atWork { try await runner().refresh() }
    }

    func runner() async throws -> BatchRunner { runner(asking: try await provider()) }

    private func runner(asking provider: Provider) -> BatchRunner {
        var runner = BatchRunner(batch: id, storage: storage, provider: provider)
        runner.clock = clock
        runner.acceptsOtherAccount = acceptsOtherAccount
        runner.work = work
        return runner
    }
}
