import Foundation

/// One try of one request: its attempt, and its result once there is one.
public struct RequestTry: Sendable, Hashable {
    /// The attempt.
    public var attempt: Attempt
    /// The provider job.
    public var job: ProviderJobID
    /// The provider's id of the job.
    public var remoteID: String?
    /// The line that was sent, where it was not the request's own.
    public var asked: [UInt8]?
    /// The result; nil while the request is open.
    public var result: BatchResult?

    public init(
        attempt: Attempt, job: ProviderJobID, remoteID: String?, asked: [UInt8]? = nil, result: BatchResult?
    ) {
        self.attempt = attempt
        self.job = job
        self.remoteID = remoteID
        self.asked = asked
        self.result = result
    }
}
