import Foundation

/// A provider that accepts a file of requests as one job and processes it over time.
///
/// Calls report failures as ``ProviderError``, with what is known about their delivery. The runner repeats calls
/// whose failure is transient, except ``create(_:)``, which is sent exactly once.
public protocol BatchProvider: Sendable {
    /// The settings that rebuild the provider, without secrets.
    var settings: ProviderSettings { get }
    /// The account that the provider works for.
    var account: ProviderAccount { get }
    /// The limits of one job.
    var limits: BatchLimits { get }
    /// The pauses between calls.
    var pacing: Pacing { get }

    /// True when the service creates one job per token, however often the call is repeated: a create call whose job is
    /// not found is then sent again with the same token. False where the service does not document it.
    ///
    /// It decides whether something may be paid for twice, so it has no default. A provider that wraps another one must
    /// forward it (see ``WrappingProvider``).
    var isIdempotent: Bool { get }

    /// Encodes a request as a line of the job's input, without a line break.
    ///
    /// Must be pure: it is called when an attempt is sealed and again when its input is sent, and must return the same
    /// bytes.
    ///
    /// - Throws: ``RequestRefusal`` for a request that this provider cannot express; nothing is submitted then.
    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8]
    /// Streams the input to the service under a name that contains the token, and returns the provider's id of the
    /// upload.
    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String
    /// Finds an earlier upload with this token; nil when there is none.
    func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String?
    /// Creates the job with a single call, which is never retried here; `delivery` of the error reports what is known.
    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob
    /// Returns the provider's state of a job.
    func job(_ id: String) async throws(ProviderError) -> RemoteJob
    /// Finds the jobs that may stem from a create call, oldest first, with one listing that is read to its end.
    ///
    /// ``RemoteJob/evidence`` reports how certain each match is. An empty result is proof that no listed job is ours,
    /// so a list that could not be read to its end throws ``ProviderError/incompleteList``, unless a match was found.
    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob]
    /// Requests cancellation of a job; succeeds also when the job has already ended.
    func cancel(_ id: String) async throws(ProviderError)
    /// Streams the results of an ended job into `receive`, a bounded chunk at a time.
    ///
    /// - Throws: ``ProviderError`` for the provider's own failures; an error thrown by `receive` ends the stream and is
    ///   rethrown.
    ///
    /// Starts at the checkpoint ``RemoteJobFiles/collected``, and passes the new checkpoint with each chunk.
    func results(
        of job: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws
}

extension BatchProvider {
    /// The canonical line, byte for byte, except for a model that is replaced.
    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        request.request.line(model: request.model)
    }
}
