/// What it brought to fetch the results of a batch's provider jobs once more.
public struct LateResults: Sendable, Hashable {
    /// Provider jobs that were asked about.
    public var jobs = 0
    /// Requests that have their answer now, and had none.
    public var recovered = 0
    /// Requests of which it is known now why they have none.
    public var explained = 0
    /// Jobs of which the provider has nothing any more.
    public var gone: [ProviderJobID] = []
    /// Jobs that were given up, and that the provider is still at work on.
    public var running: [ProviderJobID] = []

    /// Nothing yet.
    public init() {}

    static func + (left: LateResults, right: LateResults) -> LateResults {
        var sum = left
        sum.jobs += right.jobs
        sum.recovered += right.recovered
        sum.explained += right.explained
        sum.gone += right.gone
        sum.running += right.running
        return sum
    }
}

extension Batch {
    /// Fetches once more what the providers have of jobs that ended with less than all answers; nothing is submitted, and
    /// nothing is paid for.
    ///
    /// A request whose result stands for no answer (`missing`, `expired`, `cancelled`, a line that could not be read) gets the
    /// provider's line, as long as the provider keeps it; all others stay as they are. The counts of the batch follow. A job
    /// that needs its owner's attention since its results are gone or fell short is looked at again, and goes on.
    ///
    /// Each chunk of lines is durable with the counts that follow from it; a process that ends in between loses nothing, and a
    /// second call changes nothing.
    ///
    /// - Parameter index: which provider job of each attempt, from 1; all when nil.
    /// - Throws: `heldElsewhere` while another process drives the batch; `keyRefused`; `accountChanged`; the provider's errors.
    @discardableResult
    public func collectAgain(job index: Int? = nil) async throws -> LateResults {
        var found = LateResults()
        for attempt in try await attempts() {
            let jobs = try await storage.jobs(of: id, attempt: attempt.number)
                .filter { index == nil || $0.id.index == index }
            let wanting = jobs.filter(\.canBeCollectedAgain)
            if !wanting.isEmpty {
                found = found + (try await runner(asking: provider(of: attempt)).collectAgain(wanting, of: attempt))
            }
            let stopped = jobs.filter(\.state.lacksResults)
            if !stopped.isEmpty {
                found = found + (try await runner(asking: provider(of: attempt)).lookAgain(at: stopped, of: attempt))
            }
        }
        return found
    }

    /// Who has the jobs of an attempt: the provider that was given, where it is that one.
    private func provider(of attempt: Attempt) throws -> Provider {
        if let given, given.settings.name == attempt.provider.name { return given }
        return try catalog.provider(attempt.provider)
    }
}

extension ProviderJob {
    /// True for a job that ended with less than all answers, and that a provider may still know.
    public var canBeCollectedAgain: Bool {
        state.phase == .ended && counts.unsuccessful > 0 && state.remoteID != nil
    }
}
