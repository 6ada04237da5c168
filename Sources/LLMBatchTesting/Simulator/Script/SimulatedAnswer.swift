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

/// What the simulated model makes of one request.
///
/// In a batch an answer becomes a line of the output or the error file; in a realtime call it becomes the reply.
public enum SimulatedAnswer: Sendable {
    /// A valid object for the endpoint, with a text naming the custom id and with usage.
    case success
    /// A valid object for the endpoint whose text is this one.
    case text(String)
    /// A good answer of the endpoint with everything in it spelt out.
    case reply(SimulatedReply)
    /// An error of the API: a line of the error file whose `error` is null, or a realtime reply with that status.
    case httpError(status: Int, code: String?, message: String, type: String = "invalid_request_error")
    /// This JSON, byte for byte, as the answer's body; a batch puts it into the output file only if the status is 200.
    case body(status: Int, json: Data)
    /// These bytes as a line of the output file, or as a realtime reply with status 200.
    case raw(Data)
    /// These bytes as a line of the error file, or as a realtime reply with status 500.
    case rawError(Data)
    /// A `batch_expired` line in the error file, or a realtime reply with status 408.
    case expired
    /// No line in either file, or a realtime connection closed without an answer.
    case silent

    /// Text as a line of the output file, or as a realtime reply with status 200.
    public static func raw(text: String) -> Self { .raw(Data(text.utf8)) }

    /// Text as a line of the error file, or as a realtime reply with status 500.
    public static func rawError(text: String) -> Self { .rawError(Data(text.utf8)) }

    /// JSON text as the answer's body, with its status.
    public static func body(status: Int, text: String) -> Self { .body(status: status, json: Data(text.utf8)) }
}
