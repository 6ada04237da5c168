import Foundation

/// Drives one provider job through its life: makes each new state durable, then performs what the lifecycle asks for.
struct JobDriver {
    let job: ProviderJob
    let attempt: Attempt
    let storage: any BatchStorage
    let provider: any BatchProvider
    let endpoint: Endpoint
    /// The model of the job, where it is one.
    let model: String?
    let claim: Claim
    let clock: RunnerClock
    let lifecycle: JobLifecycle
    /// What judges answers before they are stored; nil for a plain batch.
    var check: AnswerCheck?
    /// True when the owner has asked for cancellation just now.
    var givesUp = false
    /// False when a full queue ends the run instead of being waited out.
    var waitsForRoom = true
    /// Bounds how many jobs of the attempt call the provider at a time.
    var gate = Gate(width: 1)
    /// Where it is shown what the job waits for.
    var waitBoard: WaitBoard?

    /// Drives the job to the goal.
    ///
    /// - Throws: what stops it, an ``LLMBatchError``; the job's stored state is then where a later run goes on.
    func drive(until goal: BatchRunner.Goal) async throws {
        var state = job.state
        var actions: [JobAction] = []
        if !state.cancelRequested || givesUp, try await storage.isCancelRequested(claim.batch) {
            actions = try await take(.cancelRequested(at: clock.now()), &state)
        }
        if actions.isEmpty { actions = try await opening(for: goal, &state) }
        let hasTold = actions.contains(where: \.tellsProvider)
        while let action = actions.first {
            if goal == .submitted, state.isAccepted || state.awaitsProof, !action.tellsProvider {
                guard try await isCancelledNow(state) else { break }
                actions = try await take(.cancelRequested(at: clock.now()), &state)
                continue
            }
            if goal.isStep, isLongWait(action, state) || (hasTold && action.fetches(state)) { break }
            try checkRoom(action, state)
            actions.removeFirst()
            show(action, state)
            guard var event = try await perform(action, state, waiting: !goal.isStep) else { continue }
            // The last moment at which nothing has been accepted.
            if case .uploaded = event, try await isCancelledNow(state) { event = .cancelRequested(at: clock.now()) }
            actions += try await take(event, &state)
            if goal.isStep, let next = actions.first, isLongWait(next, state), let error = event.failure { throw error }
        }
        try checkAttention(state, goal)
    }

    /// What is done first. Who looks for a moment goes on where the last look stopped, and does not begin to count anew.
    private func opening(for goal: BatchRunner.Goal, _ state: inout JobState) async throws -> [JobAction] {
        guard case .advanced(let submitting) = goal else { return try await take(beginning(), &state) }
        switch state.phase {
        case .submitted: return lifecycle.look(at: state)
        case .collecting:
            guard let looks = state.looks, state.abandonment == nil else { return [.collect(after: .none)] }
            return left(of: looks.count, since: looks.at) > .zero ? [] : [.lookAgain(after: .none)]
        case .planned where state.lackOfRoom != nil:
            // Room is asked for as often as by those who wait for it.
            let next = (state.intendedAt ?? .distantPast) + provider.pacing.room.timeInterval
            return submitting && clock.now() >= next ? try await take(beginning(), &state) : []
        default: return submitting ? try await take(beginning(), &state) : []
        }
    }

    /// Whether an action waits for something that takes long. The listings that look for a lost create call do not: only
    /// several of them in a row prove anything.
    private func isLongWait(_ action: JobAction, _ state: JobState) -> Bool {
        switch action {
        case .poll(let pause), .collect(let pause), .lookAgain(let pause), .beginAgain(let pause): pause != .none
        case .reconcile(let pause): pause != .none && pause != .reconcile
        // A look-up that failed is not worth waiting for.
        case .upload(_, let pause): pause != .none && state.failures > 0
        default: false
        }
    }

    private func checkRoom(_ action: JobAction, _ state: JobState) throws {
        guard !waitsForRoom, action == .beginAgain(after: .room) else { return }
        let reason = state.lackOfRoom.map { ": \($0.code): \($0.message)" } ?? ""
        throw LLMBatchError(
            .providerUnavailable, "the provider has no room in its queue for provider job \(job.id)\(reason)",
            hint: "Nothing is lost; llmbatch watch \(job.id.batch) submits it when there is room", kind: .quota)
    }

    private func checkAttention(_ state: JobState, _ goal: BatchRunner.Goal) throws {
        if goal == .submitted, state.awaitsProof {
            throw LLMBatchError(
                .needsAttention, "provider job \(job.id) may have been accepted; that shows when the provider ends it",
                hint: "llmbatch watch \(job.id.batch)  # waits for that\n"
                    + "llmbatch adopt \(job.id.batch) REMOTE-ID  # takes a job that you have found at the provider for it"
            )
        }
        guard state.phase == .needsAttention, goal != .advanced(submitting: false) else { return }
        throw LLMBatchError(
            .needsAttention,
            "provider job \(job.id) needs attention: \(state.failure?.message ?? "its state cannot be proved")",
            hint: Decisions.hint(job.id.batch, job: job.id.index))
    }

    private func beginning() -> JobEvent {
        .begin(token: RandomName.make(length: 26), at: clock.now())
    }

    /// Reduces an event and makes the new state durable before anything is done about it.
    private func take(_ event: JobEvent, _ state: inout JobState) async throws -> [JobAction] {
        let (next, actions) = lifecycle.reduce(state, event)
        if next.durable != state.durable { try await storage.record(next, of: job.id, under: claim) }
        state = next
        return actions
    }

    // MARK: - Actions

    func perform(_ action: JobAction, _ state: JobState, waiting: Bool) async throws -> JobEvent? {
        switch action {
        case .upload(let lookFirst, let pause):
            try await wait(waiting ? pause : .none)
            return try await gate.pass { try await upload(state, lookFirst: lookFirst) }
        case .create: return try await gate.pass { await create(state) }
        case .reconcile(let pause):
            try await wait(pause)
            return try await gate.pass { try await search(state) }
        case .poll(let pause):
            if let cancel = try await waitOrCancel(pause, state) { return cancel }
            return try await gate.pass { try await poll(state) }
        case .cancelRemote(let ids): return try await gate.pass { await cancel(ids) }
        case .lookAgain(let pause):
            try await wait(pause)
            Failpoint.lookAgainBefore.pass()
            return try await gate.pass { try await poll(state) }
        case .collect(let pause):
            try await wait(pause)
            return try await gate.pass { try await collect(state) }
        case .beginAgain(let pause):
            if let cancel = try await waitOrCancel(pause, state) { return cancel }
            return beginning()
        case .answer: return nil
        case .stop(let error): throw error
        }
    }

    // MARK: - Waiting

    private func waitOrCancel(_ pause: Pause, _ state: JobState) async throws -> JobEvent? {
        try await wait(pause)
        return try await isCancelledNow(state) ? .cancelRequested(at: clock.now()) : nil
    }

    /// True when the owner has asked for cancellation, and the job does not know of it yet.
    private func isCancelledNow(_ state: JobState) async throws -> Bool {
        guard !state.cancelRequested else { return false }
        return try await storage.isCancelRequested(claim.batch)
    }

    /// What is left of the pause after the n-th look in a row: what of it passed before a restart has passed, and a clock that
    /// was set back makes no wait longer.
    func left(of look: Int, since date: Date) -> Duration {
        let pause = min(provider.pacing.firstPoll * (1 << min(look - 1, 20)), provider.pacing.longestPoll)
        return max(.zero, pause - .seconds(max(0, clock.now().timeIntervalSince(date))))
    }

    private func wait(_ pause: Pause) async throws {
        let pacing = provider.pacing
        switch pause {
        case .none: try Task.checkCancellation()
        case .poll(let number):
            try await clock.sleep(min(pacing.firstPoll * (1 << min(number - 1, 20)), pacing.longestPoll))
        case .backoff(let failure, let atLeast):
            try await clock.sleep(
                clock.backoff(failure, first: pacing.firstBackoff, longest: pacing.longestBackoff, atLeast: atLeast))
        case .reconcile: try await clock.sleep(pacing.reconcile)
        case .look(let number, let date): try await clock.sleep(left(of: number, since: date))
        case .room: try await clock.sleep(pacing.room)
        }
    }
}

extension JobAction {
    /// True for what has to be said to the provider before the job is left to itself.
    fileprivate var tellsProvider: Bool {
        if case .cancelRemote = self { return true }
        return false
    }

    /// True when it fetches results of a job at the provider. One that was told to cancel a moment ago may not have written
    /// yet what it answered.
    fileprivate func fetches(_ state: JobState) -> Bool {
        if case .collect = self { return state.remoteID != nil && state.abandonment == nil }
        return false
    }
}

extension JobEvent {
    /// The failure of a call that somebody who does not wait for a better moment is told.
    fileprivate var failure: LLMBatchError? {
        switch self {
        case .uploadFailed(let error): error.asBatchError(doing: "uploading the input")
        case .createFailed(let error) where !error.lacksRoom: error.asBatchError(doing: "creating the job")
        case .listingFailed(let error): error.asBatchError(doing: "looking for the job at the provider")
        case .pollFailed(let error): error.asBatchError(doing: "asking for the job's status")
        case .collectionFailed(let error): error.asBatchError(doing: "fetching the results")
        default: nil
        }
    }
}

extension JobState {
    /// True while a job that may be ours has to end before it can be known.
    fileprivate var awaitsProof: Bool { phase == .reconciling && polls > 0 }

    /// True once the provider's job id is recorded, or nothing is left to submit.
    fileprivate var isAccepted: Bool {
        switch phase {
        case .submitted, .ended, .needsAttention: true
        // Without a remote job there is nothing to wait for: it ends at once.
        case .collecting: remoteID != nil && abandonment == nil
        default: false
        }
    }
}
