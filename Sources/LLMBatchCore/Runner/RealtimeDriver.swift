import Foundation

/// Runs a job over a realtime provider: asks what has no answer yet, many at a time, and stores answers in groups.
///
/// A group is one durable commit. What a crash can lose is the answers of the group in the making, at most
/// ``groupDelay`` old; their requests are asked again.
struct RealtimeDriver {
    static let groupSize = 256
    static let groupDelay: Duration = .milliseconds(50)

    let job: ProviderJob
    let attempt: Attempt
    let storage: any BatchStorage
    let provider: any RealtimeProvider
    let claim: Claim
    let clock: RunnerClock
    let lifecycle: JobLifecycle
    /// What judges answers before they are stored; nil for a plain batch.
    var check: AnswerCheck?
    /// What answers requests from the storage before anybody is asked.
    var reuser: AnswerReuser?
    /// Requests on their way at once, where the job says it.
    var concurrency: Int?
    /// After how long nothing new is asked, so that the rest is left to a later run; nil asks everything.
    var slice: Duration?
    /// Where it is shown what the job waits for.
    var waitBoard: WaitBoard?

    private enum Event: Sendable {
        case answered(IncomingResult)
        case tick
        case failed(any Error)
    }

    /// Asks everything that is open, then ends the job.
    ///
    /// - Throws: what is not a single request's trouble (a refused key, no connection); every answer so far is stored.
    func drive() async throws {
        var state = job.state
        try await take(.beginAnswering, &state)
        if try await cancelWanted() { try await take(.cancelRequested(at: clock.now()), &state) }
        if !state.cancelRequested { try await reuser?.answer(job.id, under: claim) }
        if !state.cancelRequested {
            switch try await askAll() {
            case .done: break
            case .isCancelled: try await take(.cancelRequested(at: clock.now()), &state)
            case .left: return
            }
        }
        try await take(.answered(at: clock.now()), &state)
    }

    private func take(_ event: JobEvent, _ state: inout JobState) async throws {
        let next = lifecycle.reduce(state, event).state
        try await storage.record(next, of: job.id, under: claim)
        state = next
    }

    private func cancelWanted() async throws -> Bool {
        try await storage.isCancelRequested(claim.batch)
    }

    // MARK: - Asking

    /// What is under way.
    private struct Pass {
        var asking = 0
        var isTicking = false
        var answers: [IncomingResult] = []
        var failure: (any Error)?
        var isCancelled = false
        /// True once the slice is over and nothing new is begun.
        var isOver = false
    }

    /// How the asking came to its end.
    private enum End {
        /// Nothing is open.
        case done
        /// The owner cancels.
        case isCancelled
        /// The slice is over, and requests are open.
        case left
    }

    /// Asks the open requests.
    private func askAll() async throws -> End {
        let asker = RealtimeAsker(
            provider: provider, attempt: attempt, throttle: Throttle(provider.limits, clock: clock), clock: clock,
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
                    try await take(event, &pass, &tasks)
                }
            } catch {
                pass.failure = pass.failure ?? error
            }
            tasks.cancelAll()
            // Whatever ended the asking, the answers at hand are paid for.
            try await store(&pass)
            if let failure = pass.failure { throw stopped(failure) }
            return pass.isCancelled ? .isCancelled : try await feed.next() == nil ? .done : .left
        }
    }

    /// How a job's requests are asked at first: as earlier answers of the batch were.
    private func fallback() async throws -> SchemaFallback? {
        guard check != nil else { return nil }
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
                    return .answered(check?.judged(result, asked: next.request.line) ?? result)
                } catch {
                    return .failed(error)
                }
            }
        }
    }

    /// The job's number, which never exceeds one that the provider was explicitly given.
    private var mostAsking: Int {
        guard let concurrency else { return provider.limits.concurrency }
        let isGiven = provider.settings.options["concurrency"] != nil
        return isGiven ? min(concurrency, provider.limits.concurrency) : concurrency
    }

    private func take(_ event: Event, _ pass: inout Pass, _ tasks: inout ThrowingTaskGroup<Event, any Error>)
        async throws
    {
        switch event {
        case .answered(let result):
            pass.asking -= 1
            pass.answers.append(result)
            if pass.answers.count >= Self.groupSize {
                try await store(&pass)
            } else if !pass.isTicking {
                pass.isTicking = true
                // Woken early by cancellation, the group is stored at once.
                tasks.addTask { [clock] in
                    try? await clock.sleep(Self.groupDelay); return .tick
                }
            }
        case .failed(let error):
            pass.asking -= 1
            pass.failure = pass.failure ?? error
            tasks.cancelAll()
        case .tick:
            pass.isTicking = false
            try await store(&pass)
        }
    }

    private func store(_ pass: inout Pass) async throws {
        guard !pass.answers.isEmpty else { return }
        let answers = pass.answers
        pass.answers = []
        try await storage.take(answers, of: job.id, under: claim)
        if pass.failure == nil { pass.isCancelled = try await cancelWanted() }
    }

    private func stopped(_ error: any Error) -> any Error {
        (error as? ProviderError)?.stopping("asking \(provider.settings.name)") ?? error
    }
}

/// The requests of a job without a result, read from the store a page at a time.
private final class OpenRequests {
    private let storage: any BatchStorage
    private var query: JobRequestQuery
    private var page: ArraySlice<StoredRequest> = []
    private var hasMore = true

    init(storage: any BatchStorage, job: ProviderJobID) {
        self.storage = storage
        query = JobRequestQuery(job: job, onlyOpen: true, limit: RealtimeDriver.groupSize)
    }

    func next() async throws -> StoredRequest? {
        if page.isEmpty, hasMore {
            let next = try await storage.jobRequests(query)
            page = next.elements[...]
            hasMore = next.hasMore
            query.after = next.elements.last?.position ?? query.after
        }
        return page.popFirst()
    }
}
