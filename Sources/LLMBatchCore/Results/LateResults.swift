/// The outcome of fetching the results of a batch's provider jobs again.
public struct LateResults: Sendable, Hashable {
    /// Provider jobs that were checked.
    public var jobs = 0
    /// Requests that now have an answer and had none before.
    public var recovered = 0
    /// Requests that still have no answer, but whose error is now known.
    public var explained = 0
    /// Jobs whose results the provider no longer has.
    public var gone: [ProviderJobID] = []
    /// Jobs that were given up and that the provider is still running.
    public var running: [ProviderJobID] = []

    package init() {}

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
