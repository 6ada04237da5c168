public import Foundation

/// One call as the simulator received it, answered or not.
public struct LedgerCall: Sendable {
    /// The 1-based number of the call among all calls.
    public let sequence: Int
    /// The route; nil for a path that the API does not have.
    public let route: SimulatorRoute?
    /// The HTTP method.
    public let method: String
    /// The path as sent, with its query.
    public let path: String
    /// The headers, with lowercase names.
    public let headers: [String: String]
    /// The body's size in bytes.
    public let bodySize: Int
    /// The SHA-256 of the body in lowercase hex.
    public let bodySHA256: String
    /// The body, if it is at most 64 KiB.
    public let body: Data?
    /// The response status, recorded when the response is handed over to be sent. Stays nil when dropped or left
    /// hanging.
    public internal(set) var status: Int?
}
