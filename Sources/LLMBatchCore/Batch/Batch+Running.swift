extension Batch {
    /// Submits the batch: returns once the provider has accepted it and its job ids are recorded.
    ///
    /// Safe to call again at any time, also after a crash: a submission that may have been accepted is searched for and
    /// never sent twice. A realtime provider has nothing to submit to; ``wait()`` sends its requests.
    ///
    /// - Throws: ``LLMBatchError``: `keyRefused`, `providerRefused`, `providerUnavailable`, `heldElsewhere` and others.
    ///   The batch stays as it is, and a later call resumes.
    ///
    /// - Parameter waitingForQueue: what happens when the provider's queue is full: true waits for capacity, however
    ///   long that takes; false throws `providerUnavailable` with the provider's reason.
    public func start(waitingForQueue: Bool = true) async throws {
        guard try await !hasEnded() else { return }
        if isUnkept, case .batch = try await provider().kind {
            throw LLMBatchError(
                .invalidConfiguration,
                "batch \(id) is only in memory, so what is submitted for it would be lost with this process",
                remedy: "Create it with a storage, save(to:) it first, or call wait(), which stays until it has ended")
        }
        var runner = try await runner()
        runner.waitsForQueue = waitingForQueue
        try await runner.run(until: .submitted)
    }

    /// The state in which ``advance()`` leaves a batch.
    public enum Standing: Sendable, Hashable {
        /// Some requests are still open.
        case open
        /// Every request has a result.
        case ended
    }

    /// Advances the batch as far as possible without waiting, for callers that poll from a timer or a request handler.
    ///
    /// Submits what has not been submitted, polls each provider job once, and collects what is ready; with a realtime
    /// provider, sends requests for about a second. Calling it until it returns ``Standing/ended`` finishes the batch,
    /// with every kind of provider:
    ///
    /// ```swift
    /// while try await batch.advance() != .ended { try await Task.sleep(for: .seconds(30)) }
    /// ```
    ///
    /// It waits only for a create call whose outcome is unknown, for a few pauses between listings. While another
    /// process drives the batch, it does nothing.
    ///
    /// - Throws: as ``wait()``, but at the first failed call, also when the failure is transient: the next call tries
    ///   again.
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

    /// Drives the batch until every request has a result, starting it if necessary.
    ///
    /// While another process drives the batch, this one watches, and takes over if that process goes away. Cancelling
    /// the task stops the work and loses nothing.
    ///
    /// - Returns: the batch as it ended.
    @discardableResult
    public func wait() async throws -> BatchRecord {
        // A batch that has ended makes no calls, so it needs no key either.
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

    /// Submits the unsuccessful requests again, in a new attempt that holds only those.
    ///
    /// A batch can be retried any number of times; the results of all attempts are kept. With ``using(_:)`` the attempt
    /// goes to another provider or model, which is recorded.
    ///
    /// - Parameter outcomes: which of the unsuccessful outcomes to retry.
    /// - Throws: `wrongState` when the batch has not ended, or nothing is left to retry.
    public func retry(_ outcomes: Set<Outcome> = Outcome.unsuccessful) async throws {
        try await runner().retry(outcomes.subtracting([.succeeded]), until: .submitted)
    }

    /// Cancels the batch: finished results are kept, and all other requests become `cancelled`.
    ///
    /// The cancellation is durable before anything is sent. The process that drives the batch carries it out; if there
    /// is none, the provider is contacted at once, and ``wait()`` collects what it had finished.
    ///
    /// - Throws: `wrongState` when the batch has ended already.
    public func cancel() async throws {
        let record = try await record()
        guard try await !hasEnded() else {
            throw LLMBatchError(.wrongState, "batch \(id) has already ended (\(record.status.rawValue))")
        }
        try await storage.requestCancel(of: id)
        let jobs = record.attempts == 0 ? [] : try await storage.providerJobs(of: id, attempt: record.attempts)
        do {
            if jobs.isEmpty {
                try await runner(asking: Provider(NullProvider(settings: record.provider))).run(until: .ended)
            } else if jobs.contains(where: { $0.state.phase == .submitted }) {
                let seen = try await Observation.watching(id, record.provider, work.observers) {
                    try await cancelRemotely(jobs)
                }
                try await runner().noteCancellation(seen)
                // Jobs that had already ended have their results.
                if !seen.isEmpty { try await refreshIfPossible() }
            } else {
                // Not submitted yet, or possibly submitted: that has to be found out first.
                var runner = try await runner()
                runner.givesUp = true
                try await runner.run(until: .submitted)
                if case .realtime = try await provider().kind { try await runner.run(until: .ended) }
            }
        } catch let error as LLMBatchError where error.code == .heldElsewhere {
            // The process that drives it sees the cancellation and carries it out.
        }
    }

    /// Gives up everything that is open without contacting the provider, for a job that nothing else can end.
    ///
    /// Stored results are kept, and all other requests become `cancelled`. A job that still runs at the provider keeps
    /// running, and is paid for. No key is needed.
    ///
    /// - Throws: `wrongState` when the batch has ended already, `heldElsewhere` while another process drives it.
    public func abandon() async throws {
        let record = try await record()
        guard try await !hasEnded() else {
            throw LLMBatchError(.wrongState, "batch \(id) has already ended (\(record.status.rawValue))")
        }
        try await storage.requestCancel(of: id)
        let runner = runner(asking: Provider(NullProvider(settings: record.provider)))
        guard record.attempts > 0 else { return try await runner.run(until: .ended) }
        try await runner.abandon(attempt: record.attempts)
    }

    /// One job's refusal does not stop the others from being cancelled; a job that is no longer known shows at the next
    /// poll.
    ///
    /// - Returns: the provider's state of the jobs it did not cancel because they have ended or are already being
    ///   cancelled.
    private func cancelRemotely(_ jobs: [ProviderJob]) async throws -> [ProviderJobID: RemoteJob] {
        guard case .batch(let remote) = try await provider().kind else { return [:] }
        var seen: [ProviderJobID: RemoteJob] = [:]
        var refusal: ProviderError?
        for job in jobs where job.state.phase == .submitted {
            guard let remoteID = job.state.remoteID else { continue }
            do throws(ProviderError) { try await remote.cancel(remoteID) } catch {
                guard error.kind != .notFound else { continue }
                // Services report an ended job in many ways; a gateway may even use an error of its own.
                if let over = await standing(of: remoteID, remote) { seen[job.id] = over; continue }
                refusal = refusal ?? error
            }
        }
        if let refusal { throw refusal.stopping("cancelling") }
        return seen
    }

    /// The provider's state of a job that needs no cancelling; nil for one that does, or that cannot be polled.
    private func standing(of id: String, _ remote: any BatchProvider) async -> RemoteJob? {
        guard let job = try? await remote.job(id) else { return nil }
        return job.status.isFinal || job.status == .cancelling ? job : nil
    }

    /// Drives the batch like ``wait()`` and reports its progress: at once, then at every interval, then at its end.
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

    /// Polls the provider once about every running job, records its state, and collects what is ready.
    ///
    /// Submits nothing and sends no requests to a realtime provider; ``advance()`` also does that.
    ///
    /// - Throws: `heldElsewhere` while another process drives the batch and polls anyway; the provider's errors.
    public func refresh() async throws {
        guard let latest = try await attempts().last else { return }
        let atWork = try await storage.providerJobs(of: id, attempt: latest.number).contains {
            $0.state.phase == .submitted || $0.state.phase == .collecting
        }
        if atWork { try await runner().run(until: .advanced(submitting: false)) }
    }

    /// The same, but leaves what is unavailable now to a later call.
    private func refreshIfPossible() async throws {
        do { try await refresh() } catch let error as LLMBatchError where error.isTransient { return }
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

extension Batch {
    /// The same batch, reporting on a board what it is waiting for.
    package func showingWaits(on board: WaitBoard) -> Batch {
        var copy = self
        copy.work.waits = board
        return copy
    }
}
