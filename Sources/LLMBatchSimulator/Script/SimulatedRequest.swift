public import Foundation
import LLMBatchCore

/// One request to the simulated model: a line of a batch, or a realtime call.
public struct SimulatedRequest: Sendable {
    /// The line's `custom_id`, or the decoded `X-Client-Request-Id` header of a realtime call (empty without one).
    public let customID: String
    /// The endpoint, such as `/v1/chat/completions`.
    public let endpoint: String
    /// How many times the model received this custom id before, in batches and realtime calls together.
    public let askedBefore: Int
    /// The batch that contains the request; nil for a realtime call.
    public let batchID: String?
    /// The 0-based index of the line in the input file; nil for a realtime call.
    public let lineIndex: Int?
    /// The whole input line as uploaded, or the body of a realtime call as sent.
    public let source: Data

    /// The request's body: a realtime call's bytes as sent, or the line's `body` member, serialized again as JSON.
    public var body: Data {
        guard batchID != nil else { return source }
        return json.isObject ? json.encoded : Data()
    }

    /// The request's body as JSON; null when it has none.
    var json: JSONNode {
        let whole = JSONNode(reading: source) ?? .null
        return batchID == nil ? whole : whole["body"] ?? .null
    }
}
