import Foundation

/// The Gemini API behind the wire: files by resumable upload, and batches of `generateContent` and `embedContent`.
///
/// Source: Gemini API reference, "Files" and "Batch API"; the google-genai client, which works with it unchanged.
actor GeminiService: TableService {
    struct HeldFile {
        var id: String
        var displayName: String
        var type: String
        var bytes: Data
        var isOutput = false
        var createdAt = Fingerprint.now
        /// False until the upload is finalized.
        var isWhole = true
        /// True once the script has interrupted the upload.
        var hasBroken = false
    }

    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var files: [HeldFile] = []
    var table = JobTable()
    /// What only this service stores about a job, by job id.
    var kept: [String: KeptJob] = [:]
    var createsPerFile: [String: Int] = [:]

    struct KeptJob {
        var model: String
        var displayName: String
        var isInline: Bool
        var form: GeminiForm
        var results: GeminiResults?
    }

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? { GeminiRoute.match(call) }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply {
        GoogleRefusal.notFound("Requested entity was not found: \(call.method) \(call.path)").reply
    }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        do throws(GoogleRefusal) {
            try checkKey(matched, call)
            return try answer(matched, call)
        } catch {
            return error.reply
        }
    }

    private func answer(_ matched: MatchedRoute, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply? {
        switch matched.route {
        case .beginUpload: try beginUpload(call)
        case .uploadFile: try upload(matched.id, call)
        case .listFiles: try listFiles(call)
        case .getFile: WireReply(fileJSON(try file(matched.id)))
        case .deleteFile: try deleteFile(matched.id)
        case .fileContent: try download(matched.id)
        case .createBatch: try create(matched.id, call)
        case .getBatch: try get(matched.id)
        case .listBatches: try list(call)
        case .cancelBatch: try cancel(matched.id)
        default: unknown(call)
        }
    }

    /// The URL of an upload needs no other authorization.
    private func checkKey(_ matched: MatchedRoute, _ call: IncomingCall) throws(GoogleRefusal) {
        guard let key = script.apiKey, matched.route != .uploadFile else { return }
        let offered = call.headers["x-goog-api-key"] ?? call.query["key"] ?? ""
        guard offered != key else { return }
        let shown = script.echoesKey ? ": \(offered)" : ". Please pass a valid API key."
        throw GoogleRefusal(
            status: offered.isEmpty ? 403 : 401, word: offered.isEmpty ? "PERMISSION_DENIED" : "UNAUTHENTICATED",
            message: "API key not valid" + shown)
    }
}

extension ProviderSimulator.Kind {
    /// The Gemini API of Google AI Studio. Its base URL is the simulator's origin.
    public static let gemini = ProviderSimulator.Kind(name: "gemini") {
        GeminiService(ledger: $0, scriptState: $1)
    }
}

/// The calls of the Gemini API.
enum GeminiRoute {
    static func match(_ call: IncomingCall) -> MatchedRoute? {
        var parts = call.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        let prefix = parts.first
        if prefix == "upload" || prefix == "download" { parts.removeFirst() }
        guard parts.count >= 2, ["v1", "v1beta", "v1alpha"].contains(parts[0]) else { return nil }
        let (name, verb) = split(parts.last ?? "")
        switch (call.method, prefix, parts[1], parts.count, verb) {
        case ("POST", "upload", "files", 2, nil):
            return call.query["upload_id"].map { MatchedRoute(.uploadFile, id: $0) } ?? MatchedRoute(.beginUpload)
        case ("GET", _, "files", 3, "download"): return MatchedRoute(.fileContent, id: "files/" + name)
        case ("GET", _, "files", 2, nil): return MatchedRoute(.listFiles)
        case ("GET", _, "files", 3, nil): return MatchedRoute(.getFile, id: "files/" + name)
        case ("DELETE", _, "files", 3, nil): return MatchedRoute(.deleteFile, id: "files/" + name)
        case ("POST", _, _, 3, "batchGenerateContent"), ("POST", _, _, 3, "asyncBatchEmbedContent"):
            return MatchedRoute(.createBatch, id: "\(parts[1])/\(name)")
        case ("GET", _, "batches", 2, nil): return MatchedRoute(.listBatches)
        case ("GET", _, "batches", 3, nil): return MatchedRoute(.getBatch, id: "batches/" + name)
        case ("POST", _, "batches", 3, "cancel"): return MatchedRoute(.cancelBatch, id: "batches/" + name)
        default: return nil
        }
    }

    /// Splits the last part of a path into its name and the verb after the colon.
    static func split(_ part: String) -> (name: String, verb: String?) {
        guard let colon = part.lastIndex(of: ":") else { return (part, nil) }
        return (String(part[..<colon]), String(part[part.index(after: colon)...]))
    }
}
