import Foundation

/// The life of a provider job as a pure function: `(state, event) -> (state, actions)`, without I/O, clock or chance.
///
/// The runner makes the new state durable *before* it performs the actions, so at every moment the stored state says
/// what may have been sent. From that follows the one rule of resuming: a job found in ``JobPhase/creating`` may have
/// been accepted, so it is looked for and never simply sent again.
public struct JobLifecycle: Sendable {
    /// Listings without our token, spaced in time, that prove a create was not accepted.
    public var listingsToProve = 3
    /// Creates of one job before its owner is asked.
    public var maximumTries = 5
    /// Failed look-ups for an earlier upload in a row before the input is uploaded again.
    public var maximumLookUps = 3
    /// Lists in a row that were not read to their end before the owner is asked.
    public var maximumGaps = 3
    /// Failed calls in a row before the run stops; the job stays as it is.
    public var maximumFailures = 8
    /// Further looks in a row at results that fell short, before the job ends with less or its owner is asked.
    public var maximumLooks = 6

    /// True where the service makes one job of one token, however often it is asked: a further try then has the token of the
    /// one before, and cannot become a second job.
    public var keepsToken = false

    /// Makes one of its parts.
    public init() {}

    /// The state after `event` and what to do then; an event that does not fit the phase changes nothing.
    public func reduce(_ state: JobState, _ event: JobEvent) -> (state: JobState, actions: [JobAction]) {
        var next = state
        let actions: [JobAction]
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

    private func begin(_ state: inout JobState, _ token: String, _ date: Date) -> [JobAction] {
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
            // A try that was refused leaves its upload behind; the next one uses it again.
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

    private func beginAnswering(_ state: inout JobState) -> [JobAction] {
        guard state.phase == .planned || state.phase == .answering else { return [] }
        state.phase = .answering
        state.remoteStatus = .inProgress
        return [.answer]
    }

    // MARK: - Submitting

    func upload(_ state: inout JobState, _ event: JobEvent) -> [JobAction] {
        guard state.phase == .uploading else { return [] }
        switch event {
        case .uploaded(let fileID):
            state.inputFileID = fileID
            state.phase = .creating
            state.failures = 0
            state.lookUps = 0
            return [.create]
        case .lookUpFailed(let error):
            // It saves an upload and decides nothing: where it cannot be had, the input is uploaded again.
            state.lookUps += 1
            guard error.passes, state.lookUps < maximumLookUps else { return [.upload(lookFirst: false, after: .none)] }
            return [.upload(lookFirst: true, after: .backoff(state.lookUps, atLeast: error.retryAfter))]
        case .uploadFailed(let error):
            // An upload costs nothing and starts nothing: whatever became of it, it may be tried again.
            state.failure = error.asResultError
            if error.kind == .invalidRequest { return refused(&state, error) }
            state.failures += 1
            guard error.passes, state.failures < maximumFailures else {
                return [.stop(error.asBatchError(doing: "uploading the input"))]
            }
            return [.upload(lookFirst: true, after: .backoff(state.failures, atLeast: error.retryAfter))]
        default: return []
        }
    }

    func create(_ state: inout JobState, _ event: JobEvent) -> [JobAction] {
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

    /// A definite no: final for this try. Whether another try makes sense depends on the reason.
    func refused(_ state: inout JobState, _ error: ProviderError) -> [JobAction] {
        state.phase = .planned
        state.lackOfRoom = error.lacksRoom ? error.asResultError : nil
        if state.cancelRequested { return giveUp(&state, nil) }
        if error.lacksRoom {
            // Like a job that the provider took and had no room for: no try that failed.
            state.tries = max(0, state.tries - 1)
            return [.beginAgain(after: .room)]
        }
        // An upload of an earlier try may be gone by now, which services say in many ways: a new one tells.
        if state.reusesUpload, [.permission, .notFound, .invalidRequest].contains(error.kind) {
            state.inputFileID = nil
            return [.beginAgain(after: .none)]
        }
        switch error.kind {
        case _ where error.passes:
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

    func accepted(_ state: inout JobState, _ job: RemoteJob) -> [JobAction] {
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

    func reconcile(_ state: inout JobState, _ event: JobEvent) -> [JobAction] {
        guard state.phase == .reconciling else { return [] }
        switch event {
        case .listed(let jobs):
            state.failures = 0
            let proved = jobs.filter { $0.evidence == .proof }
            guard let oldest = proved.first else { return jobs.isEmpty ? unseen(&state) : unproved(&state, jobs) }
            // A list that changes while it is read, or repeats itself, may name one job twice.
            let doubles = proved.map(\.id).filter { $0 != oldest.id }
            return (doubles.isEmpty ? [] : [.cancelRemote(ids: doubles)]) + accepted(&state, oldest)
        case .listingFailed(let error):
            state.failures += 1
            if [.notFound, .invalidRequest, .permission].contains(error.kind) {
                guard state.remoteID == nil else { return vanished(&state) }
                // A service that has no list, or none for this key, can prove nothing: the owner must say.
                state.phase = .needsAttention
                state.failure = ResultError(
                    code: "cannot_reconcile",
                    message: "the create call's outcome is unknown and the provider lists no jobs: \(error.message)")
                return []
            }
            if error.code == ProviderError.incompleteList, state.failures >= maximumGaps {
                guard state.remoteID == nil else { return vanished(&state) }
                // What is not in a part of the list may be in the rest of it.
                state.phase = .needsAttention
                state.failure = ResultError(
                    code: "cannot_reconcile", message: "the create call's outcome is unknown, and \(error.message)")
                return []
            }
            guard error.passes, state.failures < maximumFailures else {
                return [.stop(error.asBatchError(doing: "looking for the job at the provider"))]
            }
            return [.reconcile(after: .backoff(state.failures, atLeast: error.retryAfter))]
        default: return []
        }
    }

    /// One more listing without our token; after enough of them the create is proved not to have been accepted.
    func unseen(_ state: inout JobState) -> [JobAction] {
        state.listings += 1
        guard state.listings >= listingsToProve else { return [.reconcile(after: .reconcile)] }
        state.listings = 0
        // A job that was there once was accepted, and is paid for: another one is its owner's decision.
        guard state.remoteID == nil else { return vanished(&state) }
        if state.cancelRequested { return giveUp(&state, nil) }
        state.phase = .planned
        guard state.tries < maximumTries else {
            let reason = state.failure?.message ?? "the provider gave no answer"
            return [
                .stop(
                    LLMBatchError(
                        .providerRefused, "creating the job failed \(state.tries) times, last: \(reason)",
                        hint: "None of the tries was accepted; run the same command to try again",
                        kind: state.trouble ?? .providerInternal))
            ]
        }
        return [.beginAgain(after: state.tries == 0 ? .none : .backoff(state.tries, atLeast: nil))]
    }

    /// Jobs that may be ours: what still runs shows its requests when it has ended, what has ended and shows nothing never
    /// will.
    func unproved(_ state: inout JobState, _ jobs: [RemoteJob]) -> [JobAction] {
        state.listings = 0
        if jobs.contains(where: { !$0.status.isFinal }) {
            state.polls += 1
            return [.reconcile(after: .poll(state.polls))]
        }
        state.phase = .needsAttention
        let ids = jobs.map(\.id).joined(separator: ", ")
        state.failure = ResultError(
            code: "cannot_prove", message: "the create call's outcome is unknown; of its time and size there is: \(ids)"
        )
        return []
    }

    /// What only the owner can know.
    func decide(_ state: inout JobState, _ event: JobEvent) -> [JobAction] {
        guard state.isInDoubt else { return [] }
        switch event {
        case .adopted(let job): return accepted(&state, job)
        case .resubmissionAllowed:
            state = JobState.afresh(state)
            return []
        case .searchWanted where state.lacksResults:
            // It was accepted and is known: what is wanted is what it answered.
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

    func ids(_ state: JobState) -> [String] { state.remoteID.map { [$0] } ?? [] }
}
