import Foundation

/// Runs a job with a realtime provider: sends every request that has no answer yet, many concurrently, and stores
/// answers in groups.
///
/// A group is one durable commit. A crash loses at most the answers of the current group, which are up to
/// ``groupDelay`` old; their requests are sent again.
struct RealtimeDriver {
    static let groupSize = 256
    static let groupDelay: Duration = .milliseconds(50)

    let job: ProviderJob
    let attempt: Attempt
    let storage: any BatchStorage
    let provider: any RealtimeProvider
    let claim: Claim
    let clock: RunnerClock
    let lifecycle: ProviderJobLifecycle
    /// Validates answers before they are stored; nil for a plain batch.
    var policy: (any BatchPolicy)?
    /// Answers requests from the storage before any are sent.
    var reuser: AnswerReuser?
    /// The number of requests in flight, where the job sets it.
    var concurrency: Int?
    /// How long new requests are sent, leaving the rest to a later run; nil sends all.
    var slice: Duration?
    /// The board on which the job reports what it waits for.
    var waitBoard: WaitBoard?

    private enum Event: Sendable {
        case answered(IncomingResult)
        case failed(any Error)
        case tick
        case stored(cancelWanted: Bool)
        case storingFailed(any Error)
    }

    /// Sends all open requests, then ends the job.
    ///
    /// - Throws: a failure that is not specific to a request (a refused key, no connection); all answers so far are
    ///   stored.
    func drive() async throws {
        var state = job.state
        try await take(.beginAnswering, &state)
        if try await cancelWanted() { try await take(.cancelRequested(at: clock.now()), &state) }
        if !state.cancelRequested { try await reuser?.answer(job.id, under: claim) }
        if !state.cancelRequested {
            switch try await Observation.step(of: job.id, askAll) {
            case .done: break
            case .isCancelled: try await take(.cancelRequested(at: clock.now()), &state)
            case .left: return
            }
        }
        try await take(.answered(at: clock.now()), &state)
    }

    private func take(_ event: ProviderJobEvent, _ state: inout ProviderJobState) async throws {
        let next = lifecycle.reduce(state, event).state
        try await storage.record(next, of: job.id, under: claim)
        Observation.report(next, after: state, of: job.id)
        state = next
    }

    private func cancelWanted() async throws -> Bool {
        try await storage.isCancelRequested(claim.batch)
    }

    // MARK: - Sending

    /// The current pass.
    private struct Pass {
        var asking = 0
        var isTicking = false
        /// True while a group of answers is on its way to the storage; requests go out and answers come in meanwhile.
        var isStoring = false
        /// True when the oldest answer has waited long enough.
        var isDue = false
        var answers: [IncomingResult] = []
        var failure: (any Error)?
        var isCancelled = false
        /// True once the time slice is over and no new requests are sent.
        var isOver = false
    }

    /// How a pass ended.
    private enum End {
        /// No request is open.
        case done
        /// The owner has cancelled.
        case isCancelled
        /// The time slice is over and requests are open.
        case left
    }

    /// Sends the open requests.
    private func askAll() async throws -> End {
        let asker = RealtimeAsker(
            job: job.id, provider: provider, attempt: attempt, throttle: Throttle(provider.limits, clock: clock),
            clock: clock,
            fallback: try await fallback(),
            show: { [waitBoard, job, clock] kind, reason, duration in
                guard let kind else { waitBoard?.end(job.id); return }
                waitBoard?.begin(job.id, kind, reason: reason, now: clock.now(), for: duration)
            })
        let feed = OpenRequests(storage: storage, job: job.id)
        return try await withThrowingTaskGroup(of: Event.self) { tasks in
            var pass = Pass()
            let end = slice.map { clock.now() + $0.timeInterval }
            do {
                while true {
                    try await fill(&tasks, feed, &pass, asker)
                    pass.isOver = end.map { clock.now() >= $0 } ?? false
                    guard pass.asking > 0, let event = try await tasks.next() else { break }
                    settle(event, &pass)
                    if pass.failure != nil { tasks.cancelAll() }
                    group(&pass, &tasks)
                }
            } catch {
                pass.failure = pass.failure ?? error
            }
            tasks.cancelAll()
            // Whatever ended the pass, the answers received are paid for.
            while let event = try await tasks.next() { settle(event, &pass) }
            if !pass.answers.isEmpty { try await storage.take(pass.answers, of: job.id, under: claim) }
            if let failure = pass.failure { throw stopped(failure) }
            return pass.isCancelled ? .isCancelled : try await feed.next() == nil ? .done : .left
        }
    }

    /// How a job's requests ask for their schema at first: as in earlier answers of the batch.
    private func fallback() async throws -> SchemaFallback? {
        guard policy != nil else { return nil }
        let earlier = try await storage.results(
            ResultQuery(batch: claim.batch, outcomes: [.succeeded, .invalid], limit: 20))
        return SchemaFallback(earlier.elements.lazy.compactMap { SchemaFallback.way(of: $0.line) }.first ?? .format)
    }

    private func fill(
        _ tasks: inout ThrowingTaskGroup<Event, any Error>, _ feed: OpenRequests, _ pass: inout Pass,
        _ asker: RealtimeAsker
    ) async throws {
        while pass.failure == nil, !pass.isCancelled, !pass.isOver, pass.asking < mostAsking,
            let next = try await feed.next()
        {
            pass.asking += 1
            tasks.addTask {
                do {
                    let result = try await asker.ask(next)
                    return .answered(policy?.judged(result, asked: next.request.line) ?? result)
                } catch {
                    return .failed(error)
                }
            }
        }
    }

    /// The job's concurrency, which never exceeds one that was explicitly set for the provider.
    private var mostAsking: Int {
        guard let concurrency else { return provider.limits.concurrency }
        let isGiven = provider.settings.options["concurrency"] != nil
        return isGiven ? min(concurrency, provider.limits.concurrency) : concurrency
    }

    private func settle(_ event: Event, _ pass: inout Pass) {
        switch event {
        case .answered(let result):
            pass.asking -= 1
            pass.answers.append(result)
        case .failed(let error):
            pass.asking -= 1
            pass.failure = pass.failure ?? error
        case .tick: (pass.isTicking, pass.isDue) = (false, true)
        case .stored(let cancelWanted):
            pass.isStoring = false
            pass.isCancelled = pass.isCancelled || cancelWanted
        case .storingFailed(let error):
            pass.isStoring = false
            pass.failure = pass.failure ?? error
        }
    }

    /// Stores the answers once they are many enough or old enough, one group at a time.
    private func group(_ pass: inout Pass, _ tasks: inout ThrowingTaskGroup<Event, any Error>) {
        guard !pass.answers.isEmpty, !pass.isStoring else { return }
        guard pass.answers.count >= Self.groupSize || pass.isDue else {
            guard !pass.isTicking else { return }
            pass.isTicking = true
            tasks.addTask { [clock] in
                try? await clock.sleep(Self.groupDelay); return .tick
            }
            return
        }
        (pass.isStoring, pass.isDue) = (true, false)
        let answers = pass.answers
        pass.answers = []
        tasks.addTask {
            do {
                try await storage.take(answers, of: job.id, under: claim)
                return .stored(cancelWanted: try await shielded { try await cancelWanted() })
            } catch { return .storingFailed(error) }
        }
    }

    private func stopped(_ error: any Error) -> any Error {
        (error as? ProviderError)?.stopping("asking \(provider.settings.name)") ?? error
    }
}

/// The requests of a job without a result, read from the storage a page at a time.
private final class OpenRequests {
    private let storage: any BatchStorage
    private var query: ProviderJobRequestQuery
    private var page: ArraySlice<StoredRequest> = []
    private var hasMore = true

    init(storage: any BatchStorage, job: ProviderJobID) {
        self.storage = storage
        query = ProviderJobRequestQuery(job: job, onlyOpen: true, limit: RealtimeDriver.groupSize)
    }

    func next() async throws -> StoredRequest? {
        if page.isEmpty, hasMore {
            let next = try await storage.providerJobRequests(query)
            page = next.elements[...]
            hasMore = next.hasMore
            query.after = next.elements.last?.position ?? query.after
        }
        return page.popFirst()
    }
}
