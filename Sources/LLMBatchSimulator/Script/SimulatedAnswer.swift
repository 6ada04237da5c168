public import Foundation

/// The simulated model's answer to one request.
///
/// In a batch, the answer becomes a line of the output or the error file. In a realtime call, it becomes the response.
public enum SimulatedAnswer: Sendable {
    /// A valid object for the endpoint, with usage and a text that names the custom id.
    case success
    /// A valid object for the endpoint with this text.
    case text(String)
    /// A successful answer for the endpoint with every part specified.
    case reply(SimulatedReply)
    /// An API error: a line of the error file whose `error` is null, or a realtime response with that status.
    case httpError(status: Int, code: String?, message: String, type: String = "invalid_request_error")
    /// This JSON, byte for byte, as the body. A batch writes it to the output file only if the status is 200.
    case body(status: Int, json: Data)
    /// These bytes as a line of the output file, or as a realtime response with status 200.
    case raw(Data)
    /// These bytes as a line of the error file, or as a realtime response with status 500.
    case rawError(Data)
    /// A `batch_expired` line in the error file, or a realtime response with status 408.
    case expired
    /// No line in either file, or a realtime connection that closes without a response.
    case silent

    /// This text as a line of the output file, or as a realtime response with status 200.
    public static func raw(text: String) -> Self { .raw(Data(text.utf8)) }

    /// This text as a line of the error file, or as a realtime response with status 500.
    public static func rawError(text: String) -> Self { .rawError(Data(text.utf8)) }

    /// This JSON text as the body, with its status.
    public static func body(status: Int, text: String) -> Self { .body(status: status, json: Data(text.utf8)) }
}
