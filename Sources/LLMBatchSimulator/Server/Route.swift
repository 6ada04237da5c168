import Foundation

/// One call that a simulated service supports: a method, a path, and what the service does.
struct Route {
    /// Does the work of a call. Nil sends no response at all.
    typealias Handler = (IncomingCall) throws(Refusal) -> WireReply?

    let pattern: RoutePattern
    let handle: Handler

    /// - Parameters:
    ///   - name: What the route is called in the ledger and in troubles.
    ///   - pattern: The method and the path; see ``RoutePattern``.
    ///   - condition: What else must be true of the call.
    init(
        _ name: SimulatorRoute, _ pattern: String, if condition: (@Sendable (IncomingCall) -> Bool)? = nil,
        handle: @escaping Handler
    ) {
        self.pattern = RoutePattern(name, pattern, condition)
        self.handle = handle
    }
}

/// A method and a path such as `GET /v1/files/{id}/content`.
///
/// `{id}` stands for one part of the path, `{id}:cancel` for a part that ends with `:cancel`, and `{key...}` for the
/// rest of the path.
struct RoutePattern: Sendable {
    private enum Part {
        case literal(String)
        case parameter(String, suffix: String)
        case rest(String)

        init(_ text: Substring) {
            guard text.hasPrefix("{"), let end = text.firstIndex(of: "}") else { self = .literal(String(text)); return }
            let name = String(text[text.index(after: text.startIndex)..<end])
            self =
                name.hasSuffix("...")
                ? .rest(String(name.dropLast(3)))
                : .parameter(name, suffix: String(text[text.index(after: end)...]))
        }
    }

    let name: SimulatorRoute
    private let method: String
    private let parts: [Part]
    private let condition: (@Sendable (IncomingCall) -> Bool)?

    init(_ name: SimulatorRoute, _ text: String, _ condition: (@Sendable (IncomingCall) -> Bool)?) {
        let halves = text.split(separator: " ")
        self.name = name
        method = String(halves[0])
        parts = halves[1].split(separator: "/").map(Part.init)
        self.condition = condition
    }

    /// The parameters in a call's path, percent-decoded; nil when the call is another one.
    func parameters(of call: IncomingCall) -> [String: String]? {
        call.method == method ? pathParameters(of: call) : nil
    }

    /// The parameters in a call's path, whatever its method.
    func pathParameters(of call: IncomingCall) -> [String: String]? {
        guard condition?(call) ?? true else { return nil }
        var rest = call.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)[...]
        var found: [String: String] = [:]
        for part in parts {
            guard let text = rest.first, !text.isEmpty else { return nil }
            switch part {
            case .literal(let wanted): guard text == wanted else { return nil }
            case .parameter(let name, let suffix):
                guard text.hasSuffix(suffix) else { return nil }
                found[name] = Self.decoded(text.dropLast(suffix.count))
            case .rest(let name):
                found[name] = Self.decoded(rest.joined(separator: "/")[...])
                return found
            }
            rest = rest.dropFirst()
        }
        return rest.allSatisfy(\.isEmpty) ? found : nil
    }

    private static func decoded(_ text: Substring) -> String { text.removingPercentEncoding ?? String(text) }
}
