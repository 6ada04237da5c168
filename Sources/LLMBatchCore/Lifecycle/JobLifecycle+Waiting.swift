import Foundation

/// From an accepted job to its end: waiting, for room too, collecting, cancelling.
extension JobLifecycle {
    func poll(_ state: inout JobState, _ event: JobEvent) -> [JobAction] {
        guard state.phase == .submitted else { return [] }
        switch event {
        case .polled(let job):
            state.failures = 0
            return seen(&state, job)
        case .pollFailed(let error):
            state.failures += 1
            // A job can be unknown for a moment right after it was made, so a 404 gets a few more tries.
            let passes = error.passes || error.kind == .notFound
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

    /// What is asked of a job at the provider by somebody who looks now and then.
    func look(at state: JobState) -> [JobAction] {
        (mustCancel(state, state.remoteStatus) ? [.cancelRemote(ids: ids(state))] : []) + [.poll(after: .none)]
    }

    /// A cancellation may get lost on its way, so it is asked for until the provider shows that it has begun.
    private func mustCancel(_ state: JobState, _ status: BatchStatus?) -> Bool {
        state.cancelRequested && status != .cancelling && status != .finalizing
    }

    /// Takes in what the provider says of the job and decides what follows.
    func seen(_ state: inout JobState, _ job: RemoteJob) -> [JobAction] {
        state.take(job)
        if ![.validating, .submitting].contains(job.status), !job.lacksRoom { state.lackOfRoom = nil }
        guard job.status.isFinal else {
            state.polls += 1
            let poll = JobAction.poll(after: .poll(state.polls))
            return mustCancel(state, job.status) ? [.cancelRemote(ids: [job.id]), poll] : [poll]
        }
        if job.status == .failed, !state.cancelRequested {
            if job.lacksRoom {
                state.lackOfRoom =
                    job.failure ?? ResultError(code: "no_room", message: "the provider has no room in its queue")
                return submitAgain(&state, after: .room)
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

    /// One more look at a job that the provider has ended, whose results fell short or were not there.
    func look(_ state: inout JobState, _ event: JobEvent) -> [JobAction] {
        switch event {
        case .polled(let job):
            // A service that takes its word back for a moment is not waited for anew: looks are bounded, waiting is not.
            if job.status.isFinal { state.take(job) }
            return [.collect(after: .none)]
        case .pollFailed(let error):
            state.failures += 1
            if error.passes, state.failures < maximumFailures {
                return [.lookAgain(after: .backoff(state.failures, atLeast: error.retryAfter))]
            }
            guard [.notFound, .invalidRequest].contains(error.kind) else {
                return [.stop(error.asBatchError(doing: "asking for the job's status"))]
            }
            // The job is not known any more; its files may still be.
            return [.collect(after: .none)]
        default: return []
        }
    }

    /// The provider took the job and could not begin it: it is submitted again, later. For want of room, for as long as it
    /// takes, with the same input: that is neither the requests' fault nor a try that failed.
    private func submitAgain(_ state: inout JobState, after pause: Pause) -> [JobAction] {
        state.phase = .planned
        // Under the same token the service would give this job back.
        if keepsToken { state.token = nil }
        state.remoteID = nil
        state.remoteWord = nil
        state.remoteStatus = nil
        return [.beginAgain(after: pause)]
    }

    // MARK: - Ending

    func collect(_ state: inout JobState, _ event: JobEvent) -> [JobAction] {
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
            // What is deleted is answered with 404 by most, with another refusal by some.
            let isGone = [.notFound, .invalidRequest].contains(error.kind)
            if error.passes || isGone, state.failures < maximumFailures {
                let pause = Pause.backoff(state.failures, atLeast: error.retryAfter)
                // What is not there may be under another name by now.
                return [isGone ? .lookAgain(after: pause) : .collect(after: pause)]
            }
            guard isGone else { return [.stop(error.asBatchError(doing: "fetching the results"))] }
            return lost(
                &state, code: JobState.goneCode,
                "the provider no longer has the results of job \(state.remoteID ?? ""): \(error.message)")
        default: return []
        }
    }

    /// Less was fetched than is to come: it is looked for again, a bounded number of times, spaced in time. The bound is
    /// stored, so that no restart begins it anew.
    private func fellShort(_ state: inout JobState, _ gap: Shortfall, _ date: Date) -> [JobAction] {
        state.failures = 0
        let count = gap.broughtMore ? 1 : (state.looks?.count ?? 0) + 1
        state.looks = JobState.Looks(count: count, at: date)
        guard count > maximumLooks else { return [.lookAgain(after: .look(count, since: date))] }
        return lost(&state, code: JobState.incompleteCode, gap.message)
    }

    // MARK: - Giving up

    private static let vanishedCode = "job_vanished"

    func vanished(_ state: inout JobState) -> [JobAction] {
        lost(&state, code: Self.vanishedCode, "the provider no longer knows job \(state.remoteID ?? "")")
    }

    /// The provider does not know what it took. Its owner decides, unless that has been done: it was to be cancelled.
    private func lost(_ state: inout JobState, code: String, _ message: String) -> [JobAction] {
        state.failure = ResultError(code: code, message: message)
        if state.cancelRequested { return giveUp(&state, .over) }
        state.phase = .needsAttention
        return []
    }

    /// The owner's last word, where neither the provider nor anything else leads to an end.
    func abandon(_ state: inout JobState) -> [JobAction] {
        guard state.phase != .ended else { return [] }
        state.cancelRequested = true
        return giveUp(&state, leftBehind(state))
    }

    /// Nothing is fetched any more: what is stored stays, and the rest becomes cancelled. The provider's id stays too, so
    /// that whoever is billed for the job can still find it.
    ///
    /// - Parameter abandonment: what is left at the provider; nil when nothing is.
    func giveUp(_ state: inout JobState, _ abandonment: JobState.Abandonment?) -> [JobAction] {
        state.phase = .collecting
        state.remoteStatus = .cancelled
        state.abandonment = abandonment
        state.lackOfRoom = nil
        state.looks = nil
        return [.collect(after: .none)]
    }

    /// What giving a job up leaves at the provider.
    private func leftBehind(_ state: JobState) -> JobState.Abandonment? {
        switch state.phase {
        case .planned, .uploading, .answering, .ended, .collecting: state.remoteID == nil ? nil : .over
        case .creating, .reconciling: .mayRun
        case .submitted, .needsAttention:
            state.remoteStatus?.isFinal == true || state.failure?.code == Self.vanishedCode ? .over : .mayRun
        }
    }

    func cancel(_ state: inout JobState, _ date: Date) -> [JobAction] {
        // Of a job that needs attention nothing more can be learned; giving it up is its owner's decision, also when a
        // cancellation was under way as the doubt arose.
        guard !state.cancelRequested || state.phase == .needsAttention, state.phase != .ended else { return [] }
        state.cancelRequested = true
        state.cancelRequestedAt = date
        switch state.phase {
        case .planned, .uploading, .needsAttention: return giveUp(&state, leftBehind(state))
        case .submitted: return [.cancelRemote(ids: ids(state)), .poll(after: .none)]
        // While it is not known whether the provider has it, that comes first; `accepted` then cancels it.
        default: return []
        }
    }
}

extension JobState {
    /// Takes in what the provider says of the job; what it does not say stays as it was.
    mutating func take(_ job: RemoteJob) {
        remoteWord = job.word
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
