/// Something that happened while a batch was driven, as a value to watch, count or log.
///
/// Events are hints for people and dashboards: they are delivered at most once, and none is stored. A step is reported
/// after it is durable. Events hold no key, header or body.
public struct BatchEvent: Sendable, Hashable {
    /// The batch.
    public let batch: BatchID
    /// The provider job, where the event concerns one.
    public let providerJob: ProviderJobID?
    /// The provider's id of that job, once it is known.
    public let remoteID: String?
    /// What happened.
    public let kind: Kind

    init(batch: BatchID, providerJob: ProviderJobID? = nil, remoteID: String? = nil, _ kind: Kind) {
        self.batch = batch
        self.providerJob = providerJob
        self.remoteID = remoteID
        self.kind = kind
    }

    /// What happened; more may come, so a `switch` needs a default.
    public enum Kind: Sendable, Hashable {
        /// This process drives the batch from now on.
        case claimed
        /// An attempt is sealed with so many provider jobs, and is about to be sent.
        case planned(attempt: Int, providerJobs: Int)
        /// A provider job has come further.
        case advanced(from: ProviderJobPhase, to: ProviderJobPhase)
        /// The provider reported its status, in its own word.
        case polled(rawStatus: String)
        /// A call to the provider's service got a response, or failed below HTTP. One step can make several calls.
        case called(ProviderCall)
        /// A step failed; a transient failure is retried.
        case failed(ResultError, isTransient: Bool)
        /// So many results are durable.
        case stored(results: Int)
        /// A provider job has ended with these counts.
        case ended(OutcomeCounts)
    }
}
