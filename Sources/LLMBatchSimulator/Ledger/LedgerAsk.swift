import Foundation

/// One request to the simulated model.
public struct LedgerAsk: Sendable {
    /// The request's custom id; empty for a realtime call without a marker.
    public let customID: String
    /// The endpoint that received it.
    public let endpoint: String
    /// The batch that contained it; nil for a realtime call.
    public let batchID: String?
}
