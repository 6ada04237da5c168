import LLMBatchCore

/// A fault that the simulator causes on chosen calls of one route.
///
/// Calls are counted per route from 1; ``ProviderSimulator/setScript(_:)`` restarts the count. If several troubles in a
/// script cover a call, the first one applies.
public struct Trouble: Sendable {
    /// What the simulator does to a call.
    public enum Kind: Sendable {
        /// Sends this response without doing the work, as a gateway in front of the provider would.
        case respond(status: Int, headers: [String: String] = [:], body: String = "")
        /// Does the work, then sends this response instead of the real one.
        case actThenRespond(status: Int, headers: [String: String] = [:], body: String = "")
        /// Closes the connection without sending anything; does no work.
        case drop
        /// Does the work, then closes the connection without sending anything.
        case actThenDrop
        /// Never responds; does no work. Ends when the client closes the connection or the simulator stops.
        case hang
        /// Does the work, then never responds.
        case actThenHang
        /// Does the work, sends the head of the response and this many bytes of its body, then closes the connection.
        case truncate(afterBytes: Int)
        /// Does the work and sends only this many bytes of the body, as if the body were complete. Clients see this
        /// when a connection closes and the response had no length.
        case shorten(toBytes: Int)
        /// Waits, then does the work and responds as usual.
        case delay(Duration)
        /// Responds with 307 and this `Location`; does no work.
        case redirect(to: String)
    }

    /// The route that the trouble applies to.
    public var route: SimulatorRoute
    /// The affected calls of that route, counted from 1.
    public var calls: Range<Int>
    /// What the simulator does.
    public var kind: Kind

    /// Creates a trouble, by default for the first call only. `calls` can be a range such as `2...3`, or `1...` for
    /// all.
    public init(_ kind: Kind, on route: SimulatorRoute, calls: some RangeExpression<Int> = 1...1) {
        self.route = route
        self.calls = calls.relative(to: 1..<Int.max)
        self.kind = kind
    }
}

extension Trouble.Kind {
    /// A response in the API's own error format, sent without doing the work.
    public static func apiError(
        status: Int, code: String?, message: String, type: String? = nil, headers: [String: String] = [:]
    ) -> Self {
        let error = APIError(status: status, message: message, type: type, code: code)
        var all = ["content-type": "application/json"]
        all.merge(headers) { _, given in given }
        return .respond(status: status, headers: all, body: String(decoding: error.json.json, as: UTF8.self))
    }
}
