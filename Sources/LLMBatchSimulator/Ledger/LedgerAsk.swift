public import Foundation

/// One request put to the simulated model.
public struct LedgerAsk: Sendable {
    /// The request's custom id; empty for a realtime call without a marker.
    public let customID: String
    /// The endpoint it was put to.
    public let endpoint: String
    /// The batch it came in, or nil for a realtime call.
    public let batchID: String?
}
