import Foundation

/// The input of a provider job, ready to upload.
public struct ProviderJobInput: Sendable {
    /// The provider job.
    public let job: ProviderJobID
    /// The endpoint of its requests.
    public let endpoint: Endpoint
    /// The model of the job: the attempt's, otherwise that of the first request; nil when there is none.
    public let model: String?
    /// The submission token.
    public let token: String
    /// Identifies the exact bytes.
    public let digest: ProviderJobDigest
    /// Streams the exact bytes from the start: complete lines, each with a line feed, a bounded chunk at a time. May be
    /// called more than once.
    public let chunks: @Sendable () -> AsyncThrowingStream<[UInt8], any Error>

    package init(
        job: ProviderJobID, endpoint: Endpoint, model: String?, token: String, digest: ProviderJobDigest,
        chunks: @escaping @Sendable () -> AsyncThrowingStream<[UInt8], any Error>
    ) {
        self.job = job
        self.endpoint = endpoint
        self.model = model
        self.token = token
        self.digest = digest
        self.chunks = chunks
    }
}
