public import Foundation

/// One call as the simulator received it, whether or not it was answered.
public struct LedgerCall: Sendable {
    /// The call's number among all calls, from 1.
    public let sequence: Int
    /// What was called, or nil for a path the API hasn't.
    public let route: SimulatorRoute?
    /// The HTTP method.
    public let method: String
    /// The path as sent, with its query.
    public let path: String
    /// The headers, with lower-case names.
    public let headers: [String: String]
    /// The body's size in bytes.
    public let bodySize: Int
    /// The SHA-256 of the body in lower-case hex.
    public let bodySHA256: String
    /// The body itself if it is at most 64 KiB long.
    public let body: Data?
    /// The status answered, noted as the answer is handed to be sent; nil for good when dropped or left hanging.
    public internal(set) var status: Int?
}
