/// A provider whose jobs lead back to their requests, so that a batch can be made of nothing but a job's id.
public protocol RecoveringProvider: BatchProvider {
    /// What a batch can be made of.
    ///
    /// - Parameter id: the provider's id of the job.
    /// - Throws: `notFound` for a job that the provider does not know.
    func recover(_ id: String) async throws(ProviderError) -> RecoveredJob

    /// The same service as it submits jobs, for a retry of a batch that was recovered.
    ///
    /// - Throws: `invalidConfiguration` when something is missing that only a job to be submitted needs.
    func submitting() throws -> Provider
}

/// A job at a provider with all that a batch of it needs.
public struct RecoveredJob: Sendable {
    /// What the provider says of it.
    public var job: RemoteJob
    /// Reads the job's answers; its settings lead to it again. It submits nothing.
    public var provider: Provider
    /// What the requests ask for.
    public var endpoint: Endpoint
    /// Streams the requests as canonical lines with their line feeds, a bounded chunk at a time.
    public var lines: @Sendable (_ receive: ([UInt8]) async throws -> Void) async throws -> Void

    /// Makes one of its parts.
    public init(
        job: RemoteJob, provider: Provider, endpoint: Endpoint,
        lines: @escaping @Sendable (_ receive: ([UInt8]) async throws -> Void) async throws -> Void
    ) {
        self.job = job
        self.provider = provider
        self.endpoint = endpoint
        self.lines = lines
    }
}
