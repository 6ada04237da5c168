import Foundation

/// Drives one batch to a goal: claims it, takes up every provider job where its stored state left it, and gives it back.
struct BatchRunner: Sendable {
    /// How far to go.
    enum Goal: Sendable {
        /// Until every provider job has been accepted; a realtime batch only gets its attempt.
        case submitted
        /// As far as it goes without waiting for the provider: each job is asked about once, what is ready is collected, and a
        /// realtime batch is asked for a moment. `submitting` also submits what is not accepted yet.
        case advanced(submitting: Bool)
        /// Until every request has a result.
        case ended
    }

    /// How long a realtime batch is asked at a time by those who poll it.
    static let slice: Duration = .seconds(1)
    /// A claim is good for this long, and is renewed three times as often.
    static let claimDuration: Duration = .seconds(30)
    /// So many jobs of an attempt call the provider at a time; those that wait for it hold no place.
    static let callsAtOnce = 16

    let batch: BatchID
    let storage: any BatchStorage
    var provider: Provider
    var clock = RunnerClock.system
    var lifecycle = JobLifecycle()
    /// True when the owner insists on going on under another account.
    var acceptsOtherAccount = false
    /// False when a full queue ends the run instead of being waited out.
    var waitsForRoom = true
    /// True when the owner has asked for cancellation just now, also of jobs that need attention.
    var givesUp = false
    /// What this process adds to a job's batch.
    var work = JobWork()

    /// Drives the batch.
    ///
    /// - Throws: `heldElsewhere` when another process drives it; whatever stops a job, once all others have come to rest.
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

    /// Adds an attempt with the requests of these outcomes and drives it.
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
                    .wrongState, "batch \(batch) has not been started", hint: "llmbatch watch \(batch) starts it")
            }
            let open = try await storage.jobs(of: batch, attempt: last.number).filter { $0.state.phase != .ended }
            if let doubtful = open.first(where: { $0.state.phase == .needsAttention }) {
                throw LLMBatchError(
                    .needsAttention, "a provider job of batch \(batch) needs attention first",
                    hint: Decisions.hint(batch, job: doubtful.id.index))
            }
            guard open.isEmpty else {
                throw LLMBatchError(
                    .wrongState, "attempt \(last.number) of batch \(batch) has not ended",
                    hint: "llmbatch watch \(batch) finishes it; then retry")
            }
            let next = Attempt(
                number: last.number + 1, parent: last.number, outcomes: outcomes, provider: provider.settings,
                account: nil, createdAt: clock.now())
            try await planner(claim, narrowing: try await narrowing()).plan(next)
            try await driveLatestAttempt(until: goal, claim: claim)
        }
    }

    /// Records that the owner wants the submitted jobs of the latest attempt cancelled, and what the provider said of them.
    func noteCancellation(_ seen: [ProviderJobID: RemoteJob]) async throws {
        guard case .batch(let remote) = provider.kind else { return }
        try await underClaim { claim in
            guard let attempt = try await storage.attempts(of: batch).last else { return }
            for job in try await storage.jobs(of: batch, attempt: attempt.number) where job.state.phase == .submitted {
                let lifecycle = lifecycle(of: remote)
                var state = lifecycle.reduce(job.state, .cancelRequested(at: clock.now())).state
                if let seen = seen[job.id] { state = lifecycle.reduce(state, .polled(seen)).state }
                try await storage.record(state, of: job.id, under: claim)
            }
        }
    }

    /// Ends every job of an attempt as it stands.
    func abandon(attempt: Int) async throws {
        try await underClaim { claim in
            for job in try await storage.jobs(of: batch, attempt: attempt) where job.state.phase != .ended {
                var state = job.state
                for event in [JobEvent.abandoned, .collected(at: clock.now())] {
                    state = lifecycle.reduce(state, event).state
                    try await storage.record(state, of: job.id, under: claim)
                }
            }
        }
    }

    // MARK: - Claim

    @discardableResult
    func underClaim<Value: Sendable>(_ work: @Sendable (Claim) async throws -> Value) async throws -> Value {
        let claim = try await storage.claim(
            batch, for: .current(), until: clock.now() + Self.claimDuration.timeInterval, now: clock.now())
        Failpoint.claimAfter.pass()
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

    /// Renews the claim for as long as the work lasts; a claim that was lost shows at the next write.
    private func keep(_ claim: Claim) async throws {
        while true {
            try await clock.sleep(Self.claimDuration / 3)
            do {
                try await storage.renew(claim, until: clock.now() + Self.claimDuration.timeInterval)
            } catch let error as LLMBatchError where error.code != .heldElsewhere {
                // A disk that is full now may not be in ten seconds; until the claim expires nothing is lost.
                continue
            }
        }
    }

    // MARK: - Jobs

    private func driveLatestAttempt(until goal: Goal, claim: Claim) async throws {
        guard var attempt = try await storage.attempts(of: batch).last else { return }
        let jobs = try await storage.jobs(of: batch, attempt: attempt.number)
        let open = jobs.filter { $0.state.phase != .ended }
        guard !open.isEmpty else { return }
        try await bind(&attempt, jobs, claim: claim)
        try await drive(open, of: attempt, until: goal, claim: claim)
    }

    /// Drives jobs of an attempt. One job's trouble does not stop the others: each goes as far as it can, then the first error
    /// is thrown.
    func drive(_ jobs: [ProviderJob], of attempt: Attempt, until goal: Goal, claim: Claim) async throws {
        guard let endpoint = try await storage.batch(batch)?.endpoint else { throw LLMBatchError.noBatch(batch) }
        let drive = AttemptDrive(
            attempt: attempt, endpoint: endpoint, check: try await judge().map(AnswerCheck.init),
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

    /// What the jobs of one attempt have in common while they are driven.
    private struct AttemptDrive {
        let attempt: Attempt
        let endpoint: Endpoint
        let check: AnswerCheck?
        let gate: Gate
        let goal: Goal
        let claim: Claim
    }

    private func drive(_ job: ProviderJob, _ drive: AttemptDrive) async throws {
        let (attempt, check, claim) = (drive.attempt, drive.check, drive.claim)
        if job.isReused {
            return try await ReusedJobDriver(
                job: job, storage: storage,
                reuser: try AnswerReuser(
                    storage, provider: attempt.provider, check: check, fromImports: job.reusesImports),
                claim: claim, clock: clock,
                lifecycle: lifecycle
            ).drive()
        }
        switch provider.kind {
        case .batch(let remote):
            try await JobDriver(
                job: job, attempt: attempt, storage: storage, provider: remote, endpoint: drive.endpoint,
                model: try await model(of: job, attempt), claim: claim, clock: clock, lifecycle: lifecycle(of: remote),
                check: check, givesUp: givesUp, waitsForRoom: waitsForRoom, gate: drive.gate, waitBoard: work.waits
            ).drive(until: drive.goal)
        case .realtime(let realtime):
            guard drive.goal.asksRequests else { return }
            let reuser =
                try work.reusesAnswers
                ? AnswerReuser(
                    storage, provider: attempt.provider, check: check, fromImports: work.reusesImports) : nil
            try await RealtimeDriver(
                job: job, attempt: attempt, storage: storage, provider: realtime, claim: claim, clock: clock,
                lifecycle: lifecycle, check: check, reuser: reuser, concurrency: work.concurrency,
                slice: drive.goal == .ended ? nil : Self.slice, waitBoard: work.waits
            ).drive()
        }
    }

    private func lifecycle(of provider: any BatchProvider) -> JobLifecycle {
        var lifecycle = lifecycle
        lifecycle.keepsToken = provider.isIdempotent
        return lifecycle
    }

    /// The model that a job asks: the attempt's, else that of its first request. A job that was accepted may have to be
    /// submitted once more.
    private func model(of job: ProviderJob, _ attempt: Attempt) async throws -> String? {
        if let model = attempt.provider.model { return model }
        return try await storage.jobRequests(JobRequestQuery(job: job.id, limit: 1)).elements.first?.request.model
    }
}

extension Duration {
    /// In seconds.
    var timeInterval: TimeInterval {
        TimeInterval(components.seconds) + TimeInterval(components.attoseconds) * 1e-18
    }
}

extension BatchRunner.Goal: Equatable {
    /// True where requests of a realtime batch are asked.
    var asksRequests: Bool { self == .ended || self == .advanced(submitting: true) }

    /// True where nothing is waited for.
    var isStep: Bool {
        if case .advanced = self { return true }
        return false
    }
}
