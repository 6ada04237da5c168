import Foundation

/// Mistral's files and batch jobs behind the wire.
///
/// Source: Mistral API reference, "Files" and "Batch"; the vendor's Python client, which works with it unchanged.
actor MistralService: TableService {
    struct HeldFile {
        var id: String
        var name: String
        var bytes: Data
        var isResult = false
        var sampleType = "batch_request"
        var createdAt = Fingerprint.now
    }

    /// What only this service stores about a job.
    struct KeptJob {
        var model: String?
        var counts: SimulatedCounts?
    }

    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var files: [HeldFile] = []
    var table = JobTable()
    var kept: [String: KeptJob] = [:]
    var createsPerFile: [String: Int] = [:]

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? {
        let parts = call.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        guard parts.first == "v1", parts.count >= 2 else { return nil }
        return switch (call.method, parts[1], parts.count, parts.last ?? "") {
        case ("POST", "files", 2, _): MatchedRoute(.uploadFile)
        case ("GET", "files", 2, _): MatchedRoute(.listFiles)
        case ("GET", "files", 3, _): MatchedRoute(.getFile, id: parts[2])
        case ("DELETE", "files", 3, _): MatchedRoute(.deleteFile, id: parts[2])
        case ("GET", "files", 4, "content"): MatchedRoute(.fileContent, id: parts[2])
        case ("POST", "batch", 3, "jobs"): MatchedRoute(.createBatch)
        case ("GET", "batch", 3, "jobs"): MatchedRoute(.listBatches)
        case ("GET", "batch", 4, _): MatchedRoute(.getBatch, id: parts[3])
        case ("POST", "batch", 5, "cancel"): MatchedRoute(.cancelBatch, id: parts[3])
        default: nil
        }
    }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply {
        WireReply(["detail": "Not Found"], status: 404)
    }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        do throws(MistralRefusal) {
            try checkKey(call)
            switch matched.route {
            case .uploadFile: return try upload(call)
            case .listFiles: return try listFiles(call)
            case .getFile: return WireReply(json(try file(matched.id)))
            case .deleteFile: return try deleteFile(matched.id)
            case .fileContent:
                return WireReply(type: "application/octet-stream", body: try file(matched.id).bytes)
            case .createBatch: return try create(call)
            case .getBatch: return try get(matched.id)
            case .listBatches: return try list(call)
            case .cancelBatch: return try cancel(matched.id)
            default: return unknown(call)
            }
        } catch {
            return error.reply
        }
    }

    func newID() -> String {
        let digits = String(table.nextNumber())
        return "00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    private func checkKey(_ call: IncomingCall) throws(MistralRefusal) {
        guard let key = script.apiKey else { return }
        let offered = call.headers["authorization"] ?? ""
        guard offered != "Bearer \(key)" else { return }
        throw MistralRefusal(
            status: 401, type: "authentication_error",
            message: "Unauthorized" + (script.echoesKey ? ": \(offered)" : ""))
    }
}

extension ProviderSimulator.Kind {
    /// Mistral's API. Its base URL is the simulator's origin.
    public static let mistral = ProviderSimulator.Kind(name: "mistral") {
        MistralService(ledger: $0, scriptState: $1)
    }
}

/// An error in Mistral's format: flat, or a list of validation errors.
struct MistralRefusal: Error {
    var status: Int
    var type = "invalid_request_error"
    var message: String
    /// The member that a validation error is about.
    var field: String?

    static func missing(_ field: String) -> MistralRefusal {
        MistralRefusal(status: 422, type: "missing", message: "Field required", field: field)
    }

    var json: WireJSON {
        if let field {
            return ["detail": [["loc": ["body", .string(field)], "msg": .string(message), "type": .string(type)]]]
        }
        return [
            "object": "error", "message": .string(message), "type": .string(type), "param": nil, "code": nil,
        ]
    }

    var reply: WireReply { WireReply(json, status: status) }

    /// The error type for an HTTP status.
    static func type(of status: Int) -> String {
        switch status {
        case 401, 403: "authentication_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }
}
