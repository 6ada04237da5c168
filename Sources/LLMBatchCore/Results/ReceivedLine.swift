import Foundation

/// A parsed line of a provider's results.
public enum ReceivedLine: Sendable, Hashable {
    /// A line that names its request.
    case result(IncomingResult)
    /// A line that cannot be read, with the id of its request where that is still readable.
    ///
    /// `isCut` is true for the last line of a file that does not end with a line feed. The rest of it may still arrive,
    /// so the request is not failed while results are checked again, and no checkpoint passes the line.
    case unreadable(
        source: ResultSource, reason: String, line: [UInt8], customID: CustomID? = nil, isCut: Bool = false)

    /// Reads a line of results in the OpenAI batch format, the canonical form.
    ///
    /// A line that cannot be read becomes ``unreadable(source:reason:line:customID:isCut:)``; it never affects others.
    ///
    /// - Parameters:
    ///   - line: the line without its line break.
    ///   - source: the position of the line, by which a repeated one is recognised.
    ///   - endpoint: the endpoint of the requests: an embedding is judged differently from a chat.
    public static func canonical(_ line: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        OpenAIResultLine.read(line, source: source, endpoint: endpoint)
    }
}

extension IncomingResult {
    /// The result of a line in a service's own format, translated: the answer as the endpoint's OpenAI response.
    ///
    /// ``line`` becomes the canonical line around the bytes of the answer, which is judged like every other: an HTTP 200
    /// with an empty answer is not a success.
    ///
    /// - Parameters:
    ///   - answer: the status and the body in the format of the endpoint.
    ///   - native: the line as received.
    ///   - id: the service's id of the answer, if it has one.
    public static func translated(
        _ answer: RealtimeAnswer, from native: [UInt8], id: String? = nil, customID: CustomID, endpoint: Endpoint,
        source: ResultSource
    ) -> IncomingResult {
        OpenAIResultLine.translated(
            native: native, id: id, customID: customID, endpoint: endpoint, answer: answer, source: source)
    }

    /// The result of a line in a service's own format that reports a failure instead of an answer.
    ///
    /// - Parameters:
    ///   - native: the line as received.
    ///   - id: the service's id of the answer, if it has one.
    ///   - statusCode: the HTTP status, where the service reports one.
    public static func failed(
        _ error: ResultError, outcome: Outcome = .errored, statusCode: Int? = nil, from native: [UInt8],
        id: String? = nil, customID: CustomID, source: ResultSource
    ) -> IncomingResult {
        OpenAIResultLine.translated(
            native: native, id: id, customID: customID, outcome: outcome, statusCode: statusCode, error: error,
            source: source)
    }
}
