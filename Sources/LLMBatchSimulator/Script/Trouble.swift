/// One piece of trouble: a fault the simulator causes on chosen calls of one route.
///
/// Calls are counted per route from 1, again from 1 after ``OpenAISimulator/setScript(_:)``. The first trouble in
/// the script that covers a call is the one that happens.
public struct Trouble: Sendable {
    /// What goes wrong.
    public enum Kind: Sendable {
        /// Answers this and does none of the work, as a gateway in front of the provider would.
        case respond(status: Int, headers: [String: String] = [:], body: String = "")
        /// Does the work, then answers this in place of the real answer.
        case actThenRespond(status: Int, headers: [String: String] = [:], body: String = "")
        /// Closes the connection without a byte of an answer; no work is done.
        case drop
        /// Does the work, then closes the connection without a byte of an answer.
        case actThenDrop
        /// Never answers; no work is done. Ends when the client closes the connection or the simulator stops.
        case hang
        /// Does the work, then never answers.
        case actThenHang
        /// Does the work, sends the answer's head and this many bytes of its body, then closes the connection.
        case truncate(afterBytes: Int)
        /// Does the work and answers this many bytes of its body as if they were all: as it looks where a connection closes and
        /// nothing told how long the body was to be.
        case shorten(toBytes: Int)
        /// Waits before doing the work and answering as usual.
        case delay(Duration)
        /// Answers 307 with this `Location`; no work is done.
        case redirect(to: String)
    }

    /// The route the trouble is on.
    public var route: SimulatorRoute
    /// The calls of that route it happens to, the first being 1.
    public var calls: Range<Int>
    /// What goes wrong.
    public var kind: Kind

    /// Makes a trouble, by default on the first call only; `calls` may be a range such as `2...3`, or `1...` for all.
    public init(_ kind: Kind, on route: SimulatorRoute, calls: some RangeExpression<Int> = 1...1) {
        self.route = route
        self.calls = calls.relative(to: 1..<Int.max)
        self.kind = kind
    }
}

extension Trouble.Kind {
    /// An answer in the API's own error format, given without doing the work.
    public static func apiError(
        status: Int, code: String?, message: String, type: String? = nil, headers: [String: String] = [:]
    ) -> Self {
        let error = APIError(status: status, message: message, type: type, code: code)
        var all = ["content-type": "application/json"]
        all.merge(headers) { _, given in given }
        return .respond(status: status, headers: all, body: error.json.text)
    }
}
