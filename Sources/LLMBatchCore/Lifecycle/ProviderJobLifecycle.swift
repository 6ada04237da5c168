import Foundation

/// The life of a provider job as a pure function, `(state, event) -> (state, actions)`, without I/O, clock or
/// randomness.
///
/// The runner makes the new state durable *before* it performs the actions, so the stored state always records what may
/// have been sent. Hence the one rule of resuming: a job found in ``ProviderJobPhase/creating`` may have been accepted,
/// so it is searched for and never simply sent again.
package struct ProviderJobLifecycle: Sendable {
    /// Listings without our token, spaced in time, that prove that a create call was not accepted.
    package var listingsToProve = 3
    /// Create calls for one job before its owner has to decide.
    package var maximumTries = 5
    /// Consecutive failed look-ups of an earlier upload before the input is uploaded again.
    package var maximumLookUps = 3
    /// Consecutive incomplete lists before the owner has to decide.
    package var maximumGaps = 3
    /// Consecutive failed calls before the run stops; the job keeps its state.
    package var maximumFailures = 8
    /// Consecutive further checks of incomplete results before the job ends without them or its owner has to decide.
    package var maximumLooks = 6

    /// True where the service creates one job per token, however often the call is repeated: a further try then keeps
    /// the token of the previous one, and cannot create a second job.
    package var keepsToken = false

    package init() {}

    /// Returns the state after `event` and the actions to perform; an event that does not fit the phase changes
    /// nothing.
    package func reduce(_ state: ProviderJobState, _ event: ProviderJobEvent) -> (
        state: ProviderJobState, actions: [ProviderJobAction]
    ) {
        var next = state
        let actions: [ProviderJobAction]
        switch event {
        case .begin(let token, let date): actions = begin(&next, token, date)
        case .beginAnswering: actions = beginAnswering(&next)
        case .uploaded, .uploadFailed, .lookUpFailed: actions = upload(&next, event)
        case .created, .createFailed: actions = create(&next, event)
        case .listed, .listingFailed: actions = reconcile(&next, event)
        case .polled, .pollFailed: actions = next.phase == .collecting ? look(&next, event) : poll(&next, event)
        case .collected, .collectionFailed, .fellShort, .answered: actions = collect(&next, event)
        case .cancelRequested(let date): actions = cancel(&next, date)
        case .abandoned: actions = abandon(&next)
        case .adopted, .resubmissionAllowed, .searchWanted: actions = decide(&next, event)
        }
        return (next, actions)
    }

    // MARK: - Beginning and resuming

    private func begin(_ state: inout ProviderJobState, _ token: String, _ date: Date) -> [ProviderJobAction] {
        state.failures = 0
        state.polls = 0
        state.lookUps = 0
        switch state.phase {
        case .planned where state.cancelRequested: return giveUp(&state, nil)
        case .planned:
            if !keepsToken || state.token == nil {
                state.token = token
                state.intendedAt = date
            }
            state.failure = nil
            // A refused try leaves its upload behind, and the next one uses it.
            state.reusesUpload = state.inputFileID != nil
            state.phase = state.inputFileID == nil ? .uploading : .creating
            return [state.inputFileID == nil ? .upload(lookFirst: false, after: .none) : .create]
        case .uploading: return [.upload(lookFirst: true, after: .none)]
        case .creating, .reconciling:
            state.phase = .reconciling
            state.listings = 0
            return [.reconcile(after: .none)]
        case .submitted:
            return state.cancelRequested
                ? [.cancelRemote(ids: ids(state)), .poll(after: .none)] : [.poll(after: .none)]
        case .collecting:
            guard let looks = state.looks, state.remoteID != nil else { return [.collect(after: .none)] }
            return [.lookAgain(after: .look(looks.count, since: looks.at))]
        case .answering, .ended, .needsAttention: return []
        }
    }

    private func beginAnswering(_ state: inout ProviderJobState) -> [ProviderJobAction] {
        guard state.phase == .planned || state.phase == .answering else { return [] }
        state.phase = .answering
        state.remoteStatus = .inProgress
        return [.answer]
    }

    // MARK: - Submitting

    func upload(_ state: inout ProviderJobState, _ event: ProviderJobEvent) -> [ProviderJobAction] {
        guard state.phase == .uploading else { return [] }
        switch event {
        case .uploaded(let fileID):
            state.inputFileID = fileID
            state.phase = .creating
            state.failures = 0
            state.lookUps = 0
            return [.create]
        case .lookUpFailed(let error):
            // The look-up only saves an upload: when it fails, the input is uploaded again.
            state.lookUps += 1
            guard error.isTransient, state.lookUps < maximumLookUps else {
                return [.upload(lookFirst: false, after: .none)]
            }
            return [.upload(lookFirst: true, after: .backoff(state.lookUps, atLeast: error.retryAfter))]
        case .uploadFailed(let error):
            // An upload costs nothing and starts nothing, so it can be repeated whatever happened to it.
            state.failure = error.asResultError
            if error.kind == .invalidRequest { return refused(&state, error) }
            state.failures += 1
            guard error.isTransient, state.failures < maximumFailures else {
                return [.stop(error.asBatchError(doing: "uploading the input"))]
            }
            return [.upload(lookFirst: true, after: .backoff(state.failures, atLeast: error.retryAfter))]
        default: return []
        }
    }

    func create(_ state: inout ProviderJobState, _ event: ProviderJobEvent) -> [ProviderJobAction] {
        guard state.phase == .creating else { return [] }
        switch event {
        case .created(let job): return accepted(&state, job)
        case .createFailed(let error):
            state.failure = error.asResultError
            state.trouble = error.kind
            state.tries += 1
            if error.delivery == .unknown {
                state.phase = .reconciling
                state.listings = 0
                return [.reconcile(after: .reconcile)]
            }
            return refused(&state, error)
        default: return []
        }
    }

    /// A definite rejection, final for this try. The reason decides whether another try is worthwhile.
    func refused(_ state: inout ProviderJobState, _ error: ProviderError) -> [ProviderJobAction] {
        state.phase = .planned
        state.queueFull = error.isQueueFull ? error.asResultError : nil
        if state.cancelRequested { return giveUp(&state, nil) }
        if error.isQueueFull {
            // As with a job that was accepted and found the queue full: not a failed try.
            state.tries = max(0, state.tries - 1)
            return [.beginAgain(after: .queueFull)]
        }
        // The upload of an earlier try may be gone, which services report in many ways: a new upload will show.
        if state.reusesUpload, [.permission, .notFound, .invalidRequest].contains(error.kind) {
            state.inputFileID = nil
            return [.beginAgain(after: .none)]
        }
        switch error.kind {
        case _ where error.isTransient:
            guard state.tries < maximumTries else {
                if error.kind == .overloaded { state.inputFileID = nil }
                return [.stop(error.asBatchError(doing: "creating the job"))]
            }
            return [.beginAgain(after: .backoff(state.tries, atLeast: error.retryAfter))]
        case .invalidRequest, .notFound, .modelNotFound:
            state.phase = .collecting
            state.remoteStatus = .failed
            return [.collect(after: .none)]
        default: return [.stop(error.asBatchError(doing: "creating the job"))]
        }
    }

    func accepted(_ state: inout ProviderJobState, _ job: RemoteJob) -> [ProviderJobAction] {
        state.phase = .submitted
        if state.remoteID != job.id { (state.outputFileID, state.errorFileID, state.reported) = (nil, nil, nil) }
        state.abandonment = nil
        state.remoteID = job.id
        state.looks = nil
        state.failures = 0
        state.listings = 0
        state.polls = 0
        state.failure = nil
        return seen(&state, job)
    }

    func reconcile(_ state: inout ProviderJobState, _ event: ProviderJobEvent) -> [ProviderJobAction] {
        guard state.phase == .reconciling else { return [] }
        switch event {
        case .listed(let jobs):
            state.failures = 0
            let proved = jobs.filter { $0.evidence == .proof }
            guard let oldest = proved.first else { return jobs.isEmpty ? unseen(&state) : unproved(&state, jobs) }
            // A list that changes or repeats itself while it is read may name one job twice.
            let doubles = proved.map(\.id).filter { $0 != oldest.id }
            return (doubles.isEmpty ? [] : [.cancelRemote(ids: doubles)]) + accepted(&state, oldest)
        case .listingFailed(let error):
            state.failures += 1
            if [.notFound, .invalidRequest, .permission].contains(error.kind) {
                guard state.remoteID == nil else { return vanished(&state) }
                // A service that has no list, or none for this key, can prove nothing: the owner has to decide.
                state.phase = .needsAttention
                state.failure = ResultError(
                    code: "cannot_reconcile",
                    message: "the create call's outcome is unknown and the provider lists no jobs: \(error.message)")
                return []
            }
            if error.code == ProviderError.incompleteList, state.failures >= maximumGaps {
                guard state.remoteID == nil else { return vanished(&state) }
                // A job that is missing from a partial list may be in the rest of it.
                state.phase = .needsAttention
                state.failure = ResultError(
                    code: "cannot_reconcile", message: "the create call's outcome is unknown, and \(error.message)")
                return []
            }
            guard error.isTransient, state.failures < maximumFailures else {
                return [.stop(error.asBatchError(doing: "looking for the job at the provider"))]
            }
            return [.reconcile(after: .backoff(state.failures, atLeast: error.retryAfter))]
        default: return []
        }
    }

    /// Another listing without our token; after enough of them the create call is proved not to have been accepted.
    func unseen(_ state: inout ProviderJobState) -> [ProviderJobAction] {
        state.listings += 1
        guard state.listings >= listingsToProve else { return [.reconcile(after: .reconcile)] }
        state.listings = 0
        // A job that was once listed was accepted, and is paid for: creating another one is its owner's decision.
        guard state.remoteID == nil else { return vanished(&state) }
        if state.cancelRequested { return giveUp(&state, nil) }
        state.phase = .planned
        guard state.tries < maximumTries else {
            let reason = state.failure?.message ?? "the provider gave no answer"
            return [
                .stop(
                    LLMBatchError(
                        .providerRefused, "creating the job failed \(state.tries) times, last: \(reason)",
                        remedy: Remedy("No try was accepted, so nothing is charged", .again),
                        kind: state.trouble ?? .providerInternal))
            ]
        }
        return [.beginAgain(after: state.tries == 0 ? .none : .backoff(state.tries, atLeast: nil))]
    }

    /// Jobs that may be ours. A running job shows its requests once it has ended; an ended job that does not show them
    /// never will.
    func unproved(_ state: inout ProviderJobState, _ jobs: [RemoteJob]) -> [ProviderJobAction] {
        state.listings = 0
        if jobs.contains(where: { !$0.status.isFinal }) {
            state.polls += 1
            return [.reconcile(after: .poll(state.polls))]
        }
        state.phase = .needsAttention
        let ids = jobs.map(\.id).joined(separator: ", ")
        state.failure = ResultError(
            code: "cannot_prove",
            message: "the create call's outcome is unknown; these jobs match its time and size: \(ids)"
        )
        return []
    }

    /// Applies a decision that only the owner can make.
    func decide(_ state: inout ProviderJobState, _ event: ProviderJobEvent) -> [ProviderJobAction] {
        guard state.isInDoubt else { return [] }
        switch event {
        case .adopted(let job): return accepted(&state, job)
        case .resubmissionAllowed:
            state = ProviderJobState.restarted(from: state)
            return []
        case .searchWanted where state.lacksResults:
            // It was accepted and is known; its answers are wanted.
            state.phase = .submitted
            (state.looks, state.failure, state.failures) = (nil, nil, 0)
            return []
        case .searchWanted where state.token != nil:
            state.phase = .reconciling
            state.listings = 0
            return []
        default: return []
        }
    }

    func ids(_ state: ProviderJobState) -> [String] { state.remoteID.map { [$0] } ?? [] }
}

/// From an accepted job to its end: waiting, also for queue capacity, collecting and cancelling.
extension ProviderJobLifecycle {
    func poll(_ state: inout ProviderJobState, _ event: ProviderJobEvent) -> [ProviderJobAction] {
        guard state.phase == .submitted else { return [] }
        switch event {
        case .polled(let job):
            state.failures = 0
            return seen(&state, job)
        case .pollFailed(let error):
            state.failures += 1
            // A job may be unknown for a moment after it was created, so a 404 is retried a few times.
            let passes = error.isTransient || error.kind == .notFound
            if passes, state.failures < maximumFailures {
                return [.poll(after: .backoff(state.failures, atLeast: error.retryAfter))]
            }
            guard error.kind == .notFound else {
                return [.stop(error.asBatchError(doing: "asking for the job's status"))]
            }
            return vanished(&state)
        default: return []
        }
    }

    /// The next poll of a job for a caller that checks now and then.
    func look(at state: ProviderJobState) -> [ProviderJobAction] {
        (mustCancel(state, state.remoteStatus) ? [.cancelRemote(ids: ids(state))] : []) + [.poll(after: .none)]
    }

    /// A cancellation may get lost, so it is sent until the provider shows that it has begun.
    private func mustCancel(_ state: ProviderJobState, _ status: BatchStatus?) -> Bool {
        state.cancelRequested && status != .cancelling && status != .finalizing
    }

    /// Applies the provider's state of the job and decides what follows.
    func seen(_ state: inout ProviderJobState, _ job: RemoteJob) -> [ProviderJobAction] {
        state.take(job)
        if ![.validating, .submitting].contains(job.status), !job.isQueueFull { state.queueFull = nil }
        guard job.status.isFinal else {
            state.polls += 1
            let poll = ProviderJobAction.poll(after: .poll(state.polls))
            return mustCancel(state, job.status) ? [.cancelRemote(ids: [job.id]), poll] : [poll]
        }
        if job.status == .failed, !state.cancelRequested {
            if job.isQueueFull {
                state.queueFull =
                    job.failure ?? ResultError(code: "queue_full", message: "the provider's queue is full")
                return submitAgain(&state, after: .queueFull)
            }
            if job.lacksInput, state.tries + 1 < maximumTries {
                state.tries += 1
                state.inputFileID = nil
                return submitAgain(&state, after: .backoff(state.tries, atLeast: nil))
            }
        }
        state.phase = .collecting
        return [.collect(after: .none)]
    }

    /// Another check of an ended job whose results are incomplete or missing.
    func look(_ state: inout ProviderJobState, _ event: ProviderJobEvent) -> [ProviderJobAction] {
        switch event {
        case .polled(let job):
            // A service that briefly reverts the status does not restart the wait: checks are bounded.
            if job.status.isFinal { state.take(job) }
            return [.collect(after: .none)]
        case .pollFailed(let error):
            state.failures += 1
            if error.isTransient, state.failures < maximumFailures {
                return [.lookAgain(after: .backoff(state.failures, atLeast: error.retryAfter))]
            }
            guard [.notFound, .invalidRequest].contains(error.kind) else {
                return [.stop(error.asBatchError(doing: "asking for the job's status"))]
            }
            // The job is no longer known; its files may still exist.
            return [.collect(after: .none)]
        default: return []
        }
    }

    /// The provider accepted the job and could not start it, so it is submitted again later with the same input. For a
    /// full queue, that continues as long as it takes: it is neither the requests' fault nor a failed try.
    private func submitAgain(_ state: inout ProviderJobState, after pause: Pause) -> [ProviderJobAction] {
        state.phase = .planned
        // With the same token the service would return this job.
        if keepsToken { state.token = nil }
        state.remoteID = nil
        state.rawStatus = nil
        state.remoteStatus = nil
        return [.beginAgain(after: pause)]
    }

    // MARK: - Ending

    func collect(_ state: inout ProviderJobState, _ event: ProviderJobEvent) -> [ProviderJobAction] {
        switch event {
        case .collected(let date) where state.phase == .collecting:
            state.phase = .ended
            state.endedAt = date
            state.looks = nil
            return []
        case .fellShort(let gap, let date) where state.phase == .collecting:
            return fellShort(&state, gap, date)
        case .answered(let date) where state.phase == .answering:
            state.phase = .ended
            state.remoteStatus = state.cancelRequested ? .cancelled : .completed
            state.endedAt = date
            return []
        case .collectionFailed(let error) where state.phase == .collecting:
            state.failures += 1
            // Most services answer 404 for deleted results, and some reject the request in other ways.
            let isGone = [.notFound, .invalidRequest].contains(error.kind)
            if error.isTransient || isGone, state.failures < maximumFailures {
                let pause = Pause.backoff(state.failures, atLeast: error.retryAfter)
                // Missing results may have another name by now.
                return [isGone ? .lookAgain(after: pause) : .collect(after: pause)]
            }
            guard isGone else { return [.stop(error.asBatchError(doing: "fetching the results"))] }
            return lost(
                &state, code: ProviderJobState.goneCode,
                "the provider no longer has the results of job \(state.remoteID ?? ""): \(error.message)")
        default: return []
        }
    }

    /// Fewer results were fetched than expected. They are checked again, a bounded number of times, spaced in time. The
    /// count is stored, so a restart does not reset it.
    private func fellShort(_ state: inout ProviderJobState, _ gap: Shortfall, _ date: Date) -> [ProviderJobAction] {
        state.failures = 0
        let count = gap.broughtMore ? 1 : (state.looks?.count ?? 0) + 1
        state.looks = ProviderJobState.Looks(count: count, at: date)
        guard count > maximumLooks else { return [.lookAgain(after: .look(count, since: date))] }
        return lost(&state, code: ProviderJobState.incompleteCode, gap.message)
    }

    // MARK: - Giving up

    private static let vanishedCode = "job_vanished"

    func vanished(_ state: inout ProviderJobState) -> [ProviderJobAction] {
        lost(&state, code: Self.vanishedCode, "the provider no longer knows job \(state.remoteID ?? "")")
    }

    /// The provider no longer knows the accepted job. Its owner decides, unless the job was being cancelled.
    private func lost(_ state: inout ProviderJobState, code: String, _ message: String) -> [ProviderJobAction] {
        state.failure = ResultError(code: code, message: message)
        if state.cancelRequested { return giveUp(&state, .over) }
        state.phase = .needsAttention
        return []
    }

    /// The owner's final decision, where nothing else leads to an end.
    func abandon(_ state: inout ProviderJobState) -> [ProviderJobAction] {
        guard state.phase != .ended else { return [] }
        state.cancelRequested = true
        return giveUp(&state, leftBehind(state))
    }

    /// Nothing more is fetched: stored results stay, and the rest becomes cancelled. The provider's id also stays, so
    /// that whoever is billed for the job can find it.
    ///
    /// - Parameter abandonment: what remains at the provider; nil when nothing does.
    func giveUp(_ state: inout ProviderJobState, _ abandonment: ProviderJobState.Abandonment?) -> [ProviderJobAction] {
        state.phase = .collecting
        state.remoteStatus = .cancelled
        state.abandonment = abandonment
        state.queueFull = nil
        state.looks = nil
        return [.collect(after: .none)]
    }

    /// What giving up a job leaves at the provider.
    private func leftBehind(_ state: ProviderJobState) -> ProviderJobState.Abandonment? {
        switch state.phase {
        case .planned, .uploading, .answering, .ended, .collecting: state.remoteID == nil ? nil : .over
        case .creating, .reconciling: .mayRun
        case .submitted, .needsAttention:
            state.remoteStatus?.isFinal == true || state.failure?.code == Self.vanishedCode ? .over : .mayRun
        }
    }

    func cancel(_ state: inout ProviderJobState, _ date: Date) -> [ProviderJobAction] {
        // Nothing more can be learned about a job that needs attention. Giving it up is its owner's decision, even if
        // it was being cancelled when the doubt arose.
        guard !state.cancelRequested || state.phase == .needsAttention, state.phase != .ended else { return [] }
        state.cancelRequested = true
        state.cancelRequestedAt = date
        switch state.phase {
        case .planned, .uploading, .needsAttention: return giveUp(&state, leftBehind(state))
        case .submitted: return [.cancelRemote(ids: ids(state)), .poll(after: .none)]
        // First it has to be known whether the provider has the job; `accepted` then cancels it.
        default: return []
        }
    }
}

extension ProviderJobState {
    /// Applies what the provider reports about the job; anything it does not report stays as it was.
    mutating func take(_ job: RemoteJob) {
        rawStatus = job.rawStatus
        remoteStatus = job.status
        hasOtherFiles = [(outputFileID, job.outputFileID), (errorFileID, job.errorFileID)].contains { old, new in
            old != nil && new != nil && old != new
        }
        outputFileID = job.outputFileID ?? outputFileID
        errorFileID = job.errorFileID ?? errorFileID
        reported = job.reported ?? reported
        expiresAt = job.expiresAt ?? expiresAt
        failure = job.failure ?? failure
    }
}
