import Foundation

/// Anthropic's Message Batches API behind the wire.
///
/// Source: Anthropic API reference, "Message Batches"; the vendor's Python client, which works with it unchanged.
actor AnthropicService: TableService {
    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var table = JobTable()
    /// What only this service stores about a job, by job id.
    var kept: [String: KeptJob] = [:]

    struct KeptJob {
        var counts = AnthropicResults.Counts()
        var results: Data?
    }

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? {
        var parts = call.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        guard parts.starts(with: ["v1", "messages", "batches"]) else { return nil }
        parts.removeFirst(3)
        return switch (call.method, parts.count, parts.dropFirst().first) {
        case ("POST", 0, _): MatchedRoute(.createBatch)
        case ("GET", 0, _): MatchedRoute(.listBatches)
        case ("GET", 1, _): MatchedRoute(.getBatch, id: parts[0])
        case ("POST", 2, "cancel"): MatchedRoute(.cancelBatch, id: parts[0])
        case ("GET", 2, "results"): MatchedRoute(.fileContent, id: parts[0])
        default: nil
        }
    }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply {
        AnthropicRefusal(status: 404, type: "not_found_error", message: "Not found: \(call.method) \(call.path)").reply
    }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        do throws(AnthropicRefusal) {
            try checkHeaders(call)
            switch matched.route {
            case .createBatch: return try create(call)
            case .getBatch: return try get(matched.id, call)
            case .listBatches: return try list(call)
            case .cancelBatch: return try cancel(matched.id, call)
            case .fileContent: return try results(matched.id)
            default: return unknown(call)
            }
        } catch {
            return error.reply
        }
    }

    private func checkHeaders(_ call: IncomingCall) throws(AnthropicRefusal) {
        if let key = script.apiKey {
            let bearer = call.headers["authorization"].map { $0.replacing("Bearer ", with: "") }
            let offered = call.headers["x-api-key"] ?? bearer ?? ""
            guard offered == key else {
                let shown = script.echoesKey ? ": \(offered)" : ""
                throw AnthropicRefusal(status: 401, type: "authentication_error", message: "invalid x-api-key" + shown)
            }
        }
        guard call.headers["anthropic-version"] != nil else { throw .invalid("anthropic-version: header is required") }
    }
}

extension ProviderSimulator.Kind {
    /// Anthropic's Message Batches. Its base URL is the simulator's origin.
    public static let anthropic = ProviderSimulator.Kind(name: "anthropic") {
        AnthropicService(ledger: $0, scriptState: $1)
    }
}

/// An error in Anthropic's format.
struct AnthropicRefusal: Error {
    var status: Int
    var type: String
    var message: String

    static func invalid(_ message: String) -> AnthropicRefusal {
        AnthropicRefusal(status: 400, type: "invalid_request_error", message: message)
    }

    var json: WireJSON {
        [
            "type": "error", "error": ["type": .string(type), "message": .string(message)],
            "request_id": "req_sim",
        ]
    }

    var reply: WireReply { WireReply(json, status: status) }

    /// The error type for an HTTP status.
    static func type(of status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
