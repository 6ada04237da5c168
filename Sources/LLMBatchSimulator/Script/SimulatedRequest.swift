public import Foundation

/// One request put to the simulated model: a line of a batch, or a realtime call.
public struct SimulatedRequest: Sendable {
    /// The line's `custom_id`, or what a realtime call's `X-Client-Request-Id` header decodes to (empty without one).
    public let customID: String
    /// The endpoint, such as `/v1/chat/completions`.
    public let endpoint: String
    /// How many times this custom id was put to the model before, in batches and realtime calls together.
    public let askedBefore: Int
    /// The batch the request came in, or nil for a realtime call.
    public let batchID: String?
    /// The line's place in the input file from 0, or nil for a realtime call.
    public let lineIndex: Int?
    /// The whole input line as uploaded, or a realtime call's body as sent.
    public let source: Data

    /// The request's body: a realtime call's bytes as sent, or the line's `body` member written again as JSON.
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
