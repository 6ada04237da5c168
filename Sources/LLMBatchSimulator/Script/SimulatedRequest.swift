public import Foundation

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
        guard let member = ReadJSON.object(source)?["body"] as? [String: Any] else { return Data() }
        return (try? JSONSerialization.data(withJSONObject: member, options: [.sortedKeys])) ?? Data()
    }

    var bodyObject: [String: Any] {
        let object = ReadJSON.object(source) ?? [:]
        return batchID == nil ? object : object["body"] as? [String: Any] ?? [:]
    }
}
