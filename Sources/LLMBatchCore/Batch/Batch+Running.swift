extension Batch {
    /// Submits the batch: returns once the provider has accepted it and its job ids are recorded.
    ///
    /// Safe to call again at any time, after a crash too: what may have been accepted is looked for and never sent twice.
    /// A realtime provider has nothing to submit to; its requests are asked during ``wait()``.
    ///
    /// - Throws: ``LLMBatchError``: `keyRefused`, `providerRefused`, `providerUnavailable`, `heldElsewhere` …; the batch
    ///   stays as it is, and a later call goes on.
    ///
    /// - Parameter waitingForRoom: what is done when the provider's queue is full: true waits until there is room, however
    ///   long that takes; false ends with `providerUnavailable` and the provider's reason.
    public func start(waitingForRoom: Bool = true) async throws {
        guard try await !hasEnded() else { return }
        var runner = try await runner()
        runner.waitsForRoom = waitingForRoom
        try await runner.run(until: .submitted)
    }

    /// Where ``advance()`` has left a batch.
    public enum Standing: Sendable, Hashable {
        /// Something is open still.
        case open
        /// Every request has a result.
        case ended
    }

    /// Goes on with the batch as far as it goes without waiting: for those who poll, from a timer or a request handler.
    ///
    /// What is not submitted yet is submitted, each provider job is asked about once, and what is ready is collected; a
    /// realtime provider is asked for about a second. Whoever calls it until it returns ``Standing/ended`` gets there, with
    /// every kind of provider:
    ///
    /// ```swift
    /// while try await batch.advance() != .ended { try await Task.sleep(for: .seconds(30)) }
    /// ```
    ///
    /// Only a create call whose outcome is unknown is waited for, a few pauses between listings. While another process drives
    /// the batch, nothing is done.
    ///
    /// - Throws: as ``wait()``, but at the first failure of a call, also of a kind that passes: the next call tries again.
    @discardableResult
    public func advance() async throws -> Standing {
        guard try await !hasEnded() else { return .ended }
        do {
            try await runner().run(until: .advanced(submitting: true))
        } catch let error as LLMBatchError where error.code == .heldElsewhere {
            return try await hasEnded() ? .ended : .open
        }
        return try await hasEnded() ? .ended : .open
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
                let seen = try await cancelRemotely(jobs)
                try await runner().noteCancellation(seen)
                // Those that had ended already have their results.
                if !seen.isEmpty { try await refreshIfPossible() }
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
    ///
    /// - Returns: what the provider says of the jobs that it did not cancel because they are over, or being cancelled.
    private func cancelRemotely(_ jobs: [ProviderJob]) async throws -> [ProviderJobID: RemoteJob] {
        guard case .batch(let remote) = try await provider().kind else { return [:] }
        var seen: [ProviderJobID: RemoteJob] = [:]
        var refusal: ProviderError?
        for job in jobs where job.state.phase == .submitted {
            guard let remoteID = job.state.remoteID else { continue }
            do throws(ProviderError) { try await remote.cancel(remoteID) } catch {
                guard error.kind != .notFound else { continue }
                // That a job has ended is said in many ways, by a gateway also as an error of its own.
                if let over = await standing(of: remoteID, remote) { seen[job.id] = over; continue }
                refusal = refusal ?? error
            }
        }
        if let refusal { throw refusal.stopping("cancelling") }
        return seen
    }

    /// What the provider says of a job that needs no cancelling; nil for one that does, or that cannot be asked about.
    private func standing(of id: String, _ remote: any BatchProvider) async -> RemoteJob? {
        guard let job = try? await remote.job(id) else { return nil }
        return job.status.isFinal || job.status == .cancelling ? job : nil
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

    /// Asks the provider once about every job it is at work on, records what it says, and collects what is ready.
    ///
    /// Nothing is submitted, and no realtime provider is asked; ``advance()`` does that too.
    ///
    /// - Throws: `heldElsewhere` while another process drives the batch, which then asks anyway; the provider's errors.
    public func refresh() async throws {
        guard let latest = try await attempts().last else { return }
        let atWork = try await storage.jobs(of: id, attempt: latest.number).contains {
            $0.state.phase == .submitted || $0.state.phase == .collecting
        }
        if atWork { try await runner().run(until: .advanced(submitting: false)) }
    }

    /// The same, where what cannot be had now is left to a later look.
    private func refreshIfPossible() async throws {
        do { try await refresh() } catch let error as LLMBatchError where error.isPassing { return }
    }

    func runner() async throws -> BatchRunner { runner(asking: try await provider()) }

    func runner(asking provider: Provider) -> BatchRunner {
        var runner = BatchRunner(batch: id, storage: storage, provider: provider)
        runner.clock = clock
        runner.acceptsOtherAccount = acceptsOtherAccount
        runner.work = work
        return runner
    }
}
