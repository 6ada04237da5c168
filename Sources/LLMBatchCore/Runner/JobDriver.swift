import Foundation

/// Drives one provider job through its life: makes each new state durable, then performs what the lifecycle asks for.
struct JobDriver {
    let job: ProviderJob
    let attempt: Attempt
    let storage: any BatchStorage
    let provider: any BatchProvider
    let endpoint: Endpoint
    let claim: Claim
    let clock: RunnerClock
    let lifecycle: JobLifecycle

    /// Drives the job to the goal.
    ///
    /// - Throws: what stops it, an ``LLMBatchError``; the job's stored state is then where a later run goes on.
    func drive(until goal: BatchRunner.Goal) async throws {
        var state = job.state
        var actions = try await take(beginning(), &state)
        while !actions.isEmpty, !(goal == .submitted && state.isAccepted) {
            if let event = try await perform(actions.removeFirst(), state) {
                actions += try await take(event, &state)
            }
        }
        if state.phase == .needsAttention {
            throw LLMBatchError(
                .needsAttention, "provider job \(job.id) needs attention: \(state.failure?.message ?? "its state cannot be proved")",
                hint: "llmbatch show and status tell what is known")
        }
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

    private func perform(_ action: JobAction, _ state: JobState) async throws -> JobEvent? {
        switch action {
        case .upload(let lookFirst, let pause):
            try await wait(pause)
            return await upload(state, lookFirst: lookFirst)
        case .create: return await create(state)
        case .reconcile(let pause):
            try await wait(pause)
            return await search(state)
        case .poll(let pause):
            if let cancel = try await waitOrCancel(pause, state) { return cancel }
            return await poll(state)
        case .cancelRemote(let ids): return await cancel(ids)
        case .collect(let pause):
            try await wait(pause)
            return try await collect(state)
        case .beginAgain(let pause):
            if let cancel = try await waitOrCancel(pause, state) { return cancel }
            return beginning()
        case .answer: return nil
        case .stop(let error): throw error
        }
    }

    private func upload(_ state: JobState, lookFirst: Bool) async -> JobEvent {
        let token = state.token ?? ""
        let input = JobInput(token: token, digest: job.input, chunks: chunks())
        do throws(ProviderError) {
            if lookFirst, let fileID = try await provider.findUpload(token: token, digest: job.input) {
                return .uploaded(fileID: fileID)
            }
            return .uploaded(fileID: try await provider.upload(input))
        } catch { return .uploadFailed(error) }
    }

    private func create(_ state: JobState) async -> JobEvent {
        let submission = JobSubmission(
            token: state.token ?? "", inputFileID: state.inputFileID ?? "", endpoint: endpoint, batch: claim.batch)
        do throws(ProviderError) { return .created(try await provider.create(submission)) } catch { return .createFailed(error) }
    }

    private func search(_ state: JobState) async -> JobEvent {
        do throws(ProviderError) {
            return .listed(try await provider.jobs(token: state.token ?? "", since: state.intendedAt ?? .distantPast))
        } catch { return .listingFailed(error) }
    }

    private func poll(_ state: JobState) async -> JobEvent {
        do throws(ProviderError) { return .polled(try await provider.job(state.remoteID ?? "")) } catch { return .pollFailed(error) }
    }

    /// Asks for cancellation. A failure is not an event: as long as the job has not ended, every poll asks again.
    private func cancel(_ ids: [String]) async -> JobEvent? {
        for id in ids {
            do { try await provider.cancel(id) } catch { continue }
        }
        return nil
    }

    private func collect(_ state: JobState) async throws -> JobEvent {
        do {
            try await ResultCollector(storage: storage, provider: provider, job: job.id, endpoint: endpoint, claim: claim).collect(state)
            return .collected(at: clock.now())
        } catch let error as ProviderError {
            return .collectionFailed(error)
        }
    }

    // MARK: - Waiting

    private func waitOrCancel(_ pause: Pause, _ state: JobState) async throws -> JobEvent? {
        try await wait(pause)
        guard !state.cancelRequested, try await storage.isCancelRequested(claim.batch) else { return nil }
        return .cancelRequested(at: clock.now())
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
        case .room: try await clock.sleep(pacing.room)
        }
    }

    /// The exact bytes of the input, read from the store page by page as they are asked for.
    private func chunks() -> @Sendable () -> AsyncThrowingStream<[UInt8], any Error> {
        let (storage, model, id) = (storage, attempt.provider.model, job.id)
        return {
            let reader = JobInputReader(storage: storage, model: model, job: id)
            return AsyncThrowingStream { try await reader.next() }
        }
    }
}

/// Reads the input of a job from the store, a page at a time.
private actor JobInputReader {
    private let storage: any BatchStorage
    private let model: String?
    private var query: JobRequestQuery
    private var isDone = false

    init(storage: any BatchStorage, model: String?, job: ProviderJobID) {
        self.storage = storage
        self.model = model
        query = JobRequestQuery(job: job)
    }

    func next() async throws -> [UInt8]? {
        guard !isDone else { return nil }
        let page = try await storage.jobRequests(query)
        isDone = !page.hasMore
        query.after = page.elements.last?.position
        guard !page.elements.isEmpty else { return nil }
        var bytes: [UInt8] = []
        for stored in page.elements {
            bytes += stored.request.line(model: model)
            bytes.append(0x0A)
        }
        return bytes
    }
}

extension JobState {
    /// True once the provider's job id is recorded.
    fileprivate var isAccepted: Bool {
        switch phase {
        case .submitted, .collecting, .ended, .needsAttention: true
        default: false
        }
    }

    /// The state without what is not kept.
    fileprivate var durable: JobState {
        var copy = self
        copy.polls = 0
        return copy
    }
}
