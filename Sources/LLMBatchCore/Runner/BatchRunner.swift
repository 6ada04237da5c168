import Foundation

/// Drives one batch to a goal: claims it, resumes every provider job from its stored state, and releases the claim.
struct BatchRunner: Sendable {
    /// How far to drive the batch.
    enum Goal: Sendable {
        /// Until every provider job has been accepted; a realtime batch only gets its attempt.
        case submitted
        /// As far as possible without waiting for the provider: each job is polled once, available results are
        /// collected, and a realtime batch sends requests for a moment. `submitting` also submits jobs that are not
        /// accepted yet.
        case advanced(submitting: Bool)
        /// Until every request has a result.
        case ended
    }

    /// How long a poll sends requests of a realtime batch.
    static let slice: Duration = .seconds(1)
    /// The duration of a claim, which is renewed three times as often.
    static let claimDuration: Duration = .seconds(30)
    /// How many jobs of an attempt may call the provider concurrently; waiting jobs take no slot.
    static let callsAtOnce = 16

    let batch: BatchID
    let storage: any BatchStorage
    var provider: Provider
    var clock = RunnerClock.system
    var lifecycle = ProviderJobLifecycle()
    /// True when the owner allows continuing under another account.
    var acceptsOtherAccount = false
    /// False when a full queue ends the run instead of being waited out.
    var waitsForQueue = true
    /// True when the owner has just requested cancellation, also of jobs that need attention.
    var givesUp = false
    /// The options with which this process drives the batch.
    var work = RunOptions()

    /// Drives the batch.
    ///
    /// - Throws: `heldElsewhere` when another process drives it; the error that stopped a job, once all others have
    ///   stopped.
    func run(until goal: Goal) async throws {
        try await underClaim { claim in
            if try await storage.attempts(of: batch).isEmpty {
                let first = Attempt(
                    number: 1, parent: nil, outcomes: nil, provider: provider.settings, account: nil,
                    createdAt: clock.now())
                try await planner(claim).plan(first)
            }
            try await driveLatestAttempt(until: goal, claim: claim)
        }
    }

    /// Creates an attempt with the requests of these outcomes and drives it.
    func retry(_ outcomes: Set<Outcome>, until goal: Goal) async throws {
        if case .batch(let remote) = provider.kind, let remote = remote.recovering {
            var copy = self
            copy.provider = try remote.submitting()
            return try await copy.addAttempt(outcomes, until: goal)
        }
        try await addAttempt(outcomes, until: goal)
    }

    private func addAttempt(_ outcomes: Set<Outcome>, until goal: Goal) async throws {
        try await underClaim { claim in
            guard let last = try await storage.attempts(of: batch).last else {
                throw LLMBatchError(
                    .wrongState, "batch \(batch) has not been started", remedy: Remedy(nil, .wait(batch)))
            }
            let open = try await storage.providerJobs(of: batch, attempt: last.number).filter {
                $0.state.phase != .ended
            }
            if let doubtful = open.first(where: { $0.state.phase == .needsAttention }) {
                throw LLMBatchError(
                    .needsAttention, "a provider job of batch \(batch) needs attention first",
                    remedy: .deciding(batch, job: doubtful.id.index))
            }
            guard open.isEmpty else {
                throw LLMBatchError(
                    .wrongState, "attempt \(last.number) of batch \(batch) has not ended",
                    remedy: Remedy("Retry once it has ended", .wait(batch)))
            }
            let next = Attempt(
                number: last.number + 1, parent: last.number, outcomes: outcomes, provider: provider.settings,
                account: nil, createdAt: clock.now())
            try await planner(claim, policy: try await policy()).plan(next)
            try await driveLatestAttempt(until: goal, claim: claim)
        }
    }

    /// Records that the owner wants the submitted jobs of the latest attempt cancelled, and the provider's state of
    /// them.
    func noteCancellation(_ seen: [ProviderJobID: RemoteJob]) async throws {
        guard case .batch(let remote) = provider.kind else { return }
        try await underClaim { claim in
            guard let attempt = try await storage.attempts(of: batch).last else { return }
            for job in try await storage.providerJobs(of: batch, attempt: attempt.number)
            where job.state.phase == .submitted {
                let lifecycle = lifecycle(of: remote)
                var state = lifecycle.reduce(job.state, .cancelRequested(at: clock.now())).state
                if let seen = seen[job.id] { state = lifecycle.reduce(state, .polled(seen)).state }
                try await storage.record(state, of: job.id, under: claim)
            }
        }
    }

    /// Ends every job of an attempt in its current state.
    func abandon(attempt: Int) async throws {
        try await underClaim { claim in
            for job in try await storage.providerJobs(of: batch, attempt: attempt) where job.state.phase != .ended {
                var state = job.state
                for event in [ProviderJobEvent.abandoned, .collected(at: clock.now())] {
                    state = lifecycle.reduce(state, event).state
                    try await storage.record(state, of: job.id, under: claim)
                }
            }
        }
    }

    // MARK: - Claim

    @discardableResult
    func underClaim<Value: Sendable>(_ body: @Sendable (Claim) async throws -> Value) async throws -> Value {
        try await Observation.watching(batch, provider.settings, work.observers) { try await claiming(body) }
    }

    private func claiming<Value: Sendable>(_ work: @Sendable (Claim) async throws -> Value) async throws -> Value {
        let claim = try await storage.claim(
            batch, for: .current(), until: clock.now() + Self.claimDuration.timeInterval, now: clock.now())
        Failpoint.claimAfter.pass()
        Observation.report(BatchEvent(batch: batch, .claimed))
        let value: Value
        do {
            value = try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await keep(claim) }
                defer { group.cancelAll() }
                return try await work(claim)
            }
        } catch {
            try? await shielded { try await storage.release(claim) }
            throw error
        }
        Failpoint.releaseBefore.pass()
        try await shielded { try await storage.release(claim) }
        return value
    }

    /// Renews the claim while the work lasts; a lost claim shows at the next write.
    private func keep(_ claim: Claim) async throws {
        while true {
            try await clock.sleep(Self.claimDuration / 3)
            do {
                try await storage.renew(claim, until: clock.now() + Self.claimDuration.timeInterval)
            } catch let error as LLMBatchError where error.code != .heldElsewhere {
                // A full disk may have space in ten seconds; until the claim expires nothing is lost.
                continue
            }
        }
    }

    // MARK: - Provider jobs

    /// The policy that validates the batch's answers; nil for a plain batch.
    func policy() async throws -> (any BatchPolicy)? {
        guard let record = try await storage.batch(batch) else { throw LLMBatchError.noBatch(batch) }
        return try work.policy(of: record)
    }

    /// The planner of an attempt. A realtime job is answered from the storage while it is driven; for a batch
    /// provider's jobs that is decided beforehand.
    func planner(_ claim: Claim, policy: (any BatchPolicy)? = nil) async throws -> AttemptPlanner {
        var planner = AttemptPlanner(storage: storage, provider: provider, claim: claim, policy: policy)
        if case .batch = provider.kind, work.reusesAnswers {
            planner.reuser = try AnswerReuser(
                storage, provider: provider.settings, policy: try await self.policy(),
                fromImports: work.reusesImports)
            planner.reusesImports = work.reusesImports
        }
        return planner
    }

    private func driveLatestAttempt(until goal: Goal, claim: Claim) async throws {
        guard var attempt = try await storage.attempts(of: batch).last else { return }
        let jobs = try await storage.providerJobs(of: batch, attempt: attempt.number)
        let open = jobs.filter { $0.state.phase != .ended }
        guard !open.isEmpty else { return }
        try await bind(&attempt, jobs, claim: claim)
        try await drive(open, of: attempt, until: goal, claim: claim)
    }

    /// Drives jobs of an attempt. A failing job does not stop the others: each is driven as far as possible, then the
    /// first error is thrown.
    func drive(_ jobs: [ProviderJob], of attempt: Attempt, until goal: Goal, claim: Claim) async throws {
        guard let endpoint = try await storage.batch(batch)?.endpoint else { throw LLMBatchError.noBatch(batch) }
        let drive = AttemptDrive(
            attempt: attempt, endpoint: endpoint, policy: try await policy(),
            gate: Gate(width: Self.callsAtOnce), goal: goal, claim: claim)
        let errors = await withTaskGroup(of: (any Error)?.self) { group in
            for job in jobs {
                group.addTask {
                    do { try await self.drive(job, drive); return nil } catch { return error }
                }
            }
            return await group.reduce(into: [any Error]()) { errors, error in if let error { errors.append(error) } }
        }
        if let error = errors.first(where: { !($0 is CancellationError) }) ?? errors.first { throw error }
    }

    /// What the jobs of one attempt share while they are driven.
    private struct AttemptDrive {
        let attempt: Attempt
        let endpoint: Endpoint
        let policy: (any BatchPolicy)?
        let gate: Gate
        let goal: Goal
        let claim: Claim
    }

    private func drive(_ job: ProviderJob, _ drive: AttemptDrive) async throws {
        let (attempt, policy, claim) = (drive.attempt, drive.policy, drive.claim)
        if job.isReused {
            return try await StoredAnswerDriver(
                job: job, storage: storage,
                reuser: try AnswerReuser(
                    storage, provider: attempt.provider, policy: policy, fromImports: job.reusesImports),
                claim: claim, clock: clock,
                lifecycle: lifecycle
            ).drive()
        }
        switch provider.kind {
        case .batch(let remote):
            try await ProviderJobDriver(
                job: job, attempt: attempt, storage: storage, provider: remote,
                pacing: remote.pacing.polling(every: work.pollInterval), endpoint: drive.endpoint,
                model: try await model(of: job, attempt), claim: claim, clock: clock, lifecycle: lifecycle(of: remote),
                policy: policy, givesUp: givesUp, waitsForQueue: waitsForQueue, gate: drive.gate, waitBoard: work.waits
            ).drive(until: drive.goal)
        case .realtime(let realtime):
            guard drive.goal.asksRequests else { return }
            let reuser =
                try work.reusesAnswers
                ? AnswerReuser(
                    storage, provider: attempt.provider, policy: policy, fromImports: work.reusesImports) : nil
            try await RealtimeDriver(
                job: job, attempt: attempt, storage: storage, provider: realtime, claim: claim, clock: clock,
                lifecycle: lifecycle, policy: policy, reuser: reuser, concurrency: work.concurrency,
                slice: drive.goal == .ended ? nil : Self.slice, waitBoard: work.waits
            ).drive()
        }
    }

    private func lifecycle(of provider: any BatchProvider) -> ProviderJobLifecycle {
        var lifecycle = lifecycle
        lifecycle.keepsToken = provider.isIdempotent
        return lifecycle
    }

    /// The model of a job: the attempt's, otherwise that of its first request. An accepted job may have to be submitted
    /// again.
    private func model(of job: ProviderJob, _ attempt: Attempt) async throws -> String? {
        if let model = attempt.provider.model { return model }
        return try await storage.providerJobRequests(ProviderJobRequestQuery(job: job.id, limit: 1)).elements.first?
            .request
            .model
    }
}

extension Duration {
    /// The duration in seconds.
    var timeInterval: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) * 1e-18
    }
}

extension BatchRunner.Goal: Equatable {
    /// True where requests of a realtime batch are sent.
    var asksRequests: Bool { self == .ended || self == .advanced(submitting: true) }

    /// True where the run does not wait.
    var isStep: Bool {
        if case .advanced = self { return true }
        return false
    }
}
