import Foundation

/// The assignment of a request to a provider job of an attempt.
public struct ProviderJobAssignment: Sendable, Hashable, Codable {
    /// The position of the request in the batch, from 0.
    public var position: Int
    /// The index of the provider job.
    public var job: Int
    /// The line to send instead of the request's own, which contains less of it; nil to send the request's own line.
    public var line: [UInt8]?

    public init(position: Int, job: Int, line: [UInt8]? = nil) {
        self.position = position
        self.job = job
        self.line = line
    }
}
