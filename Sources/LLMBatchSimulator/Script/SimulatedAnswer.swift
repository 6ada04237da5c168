public import Foundation

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
