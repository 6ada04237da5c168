/// A job at a provider with everything needed to rebuild its batch.
public struct RecoveredJob: Sendable {
    /// The provider's state of the job.
    package var job: RemoteJob
    /// A provider that reads the job's answers, with settings that lead to it again. It submits nothing.
    package var provider: Provider
    /// The endpoint of the requests.
    package var endpoint: Endpoint
    /// Streams the requests as canonical lines with their line feeds, a bounded chunk at a time.
    package var lines: @Sendable (_ receive: ([UInt8]) async throws -> Void) async throws -> Void

    /// Creates a recovered job.
    ///
    /// - Parameters:
    ///   - job: the provider's state of the job.
    ///   - provider: a provider that reads the job's answers and submits nothing.
    ///   - endpoint: the endpoint of the requests.
    ///   - lines: streams the requests as canonical lines with their line feeds, a bounded chunk at a time.
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
