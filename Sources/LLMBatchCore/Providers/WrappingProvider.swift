/// A provider that changes part of another one's behavior: it logs calls, paces them differently, or counts them.
///
/// Implement only what differs. Everything else is forwarded to ``wrapped``, including members that are added to
/// ``BatchProvider`` later and abilities of the wrapped provider such as ``RecoveringProvider``:
///
/// ```swift
/// struct LoggingProvider: WrappingProvider {
///     let wrapped: any BatchProvider
///
///     func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
///         print("creating", submission.input.job)
///         return try await wrapped.create(submission)
///     }
/// }
/// ```
public protocol WrappingProvider: BatchProvider {
    /// The provider that everything else is forwarded to.
    var wrapped: any BatchProvider { get }
}

extension WrappingProvider {
    public var settings: ProviderSettings { wrapped.settings }
    public var account: ProviderAccount { wrapped.account }
    public var limits: BatchLimits { wrapped.limits }
    public var pacing: Pacing { wrapped.pacing }
    public var isIdempotent: Bool { wrapped.isIdempotent }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try wrapped.inputLine(of: request)
    }

    public func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        try await wrapped.upload(input)
    }

    public func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        try await wrapped.findUpload(token: token, digest: digest)
    }

    public func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        try await wrapped.create(submission)
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob { try await wrapped.job(id) }

    public func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        try await wrapped.jobs(matching: trace)
    }

    public func cancel(_ id: String) async throws(ProviderError) { try await wrapped.cancel(id) }

    public func results(
        of job: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        try await wrapped.results(of: job, receive)
    }
}

extension BatchProvider {
    /// The provider as a ``RecoveringProvider``, found also inside other wrappers; nil when it is not one.
    var recovering: (any RecoveringProvider)? {
        if let own = self as? any RecoveringProvider { return own }
        return (self as? any WrappingProvider)?.wrapped.recovering
    }
}
