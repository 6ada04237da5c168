/// A provider that is another one with a difference: one that logs its calls, waits differently, or counts.
///
/// Only what differs has to be written; everything else goes to ``wrapped``, what is added to ``BatchProvider`` later and
/// what the wrapped provider can do besides (``RecoveringProvider``) included:
///
/// ```swift
/// struct LoggingProvider: WrappingProvider {
///     let wrapped: any BatchProvider
///
///     func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
///         print("creating", submission.input.job)
///         return try await wrapped.create(submission)
///     }
/// }
/// ```
public protocol WrappingProvider: BatchProvider {
    /// The provider that does the work.
    var wrapped: any BatchProvider { get }
}

extension WrappingProvider {
    /// Those of the wrapped provider.
    public var settings: ProviderSettings { wrapped.settings }
    /// That of the wrapped provider.
    public var account: ProviderAccount { wrapped.account }
    /// Those of the wrapped provider.
    public var limits: BatchLimits { wrapped.limits }
    /// That of the wrapped provider.
    public var pacing: Pacing { wrapped.pacing }
    /// What the wrapped provider says.
    public var isIdempotent: Bool { wrapped.isIdempotent }

    /// The line of the wrapped provider.
    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try wrapped.inputLine(of: request)
    }

    /// Uploads by the wrapped provider.
    public func upload(_ input: JobInput) async throws(ProviderError) -> String { try await wrapped.upload(input) }

    /// Looks by the wrapped provider.
    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        try await wrapped.findUpload(token: token, digest: digest)
    }

    /// Creates by the wrapped provider.
    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        try await wrapped.create(submission)
    }

    /// Asks the wrapped provider.
    public func job(_ id: String) async throws(ProviderError) -> RemoteJob { try await wrapped.job(id) }

    /// Lists by the wrapped provider.
    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        try await wrapped.jobs(like: trace)
    }

    /// Cancels by the wrapped provider.
    public func cancel(_ id: String) async throws(ProviderError) { try await wrapped.cancel(id) }

    /// Streams by the wrapped provider.
    public func results(
        of job: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        try await wrapped.results(of: job, receive)
    }
}

extension BatchProvider {
    /// The provider as one whose jobs lead back to their requests, also where another one is wrapped around it; nil when it
    /// is none.
    var recovering: (any RecoveringProvider)? {
        if let own = self as? any RecoveringProvider { return own }
        return (self as? any WrappingProvider)?.wrapped.recovering
    }
}
