import Foundation

/// Vertex AI behind the wire, with the services that it depends on: access tokens, and objects in buckets.
///
/// Source: discovery documents of `aiplatform` v1 and `storage` v1; Google's OAuth and metadata documentation. Here,
/// all of them share one address. Every bucket exists except `no-such-bucket`.
actor VertexService: TableService {
    /// An object in a bucket, or an upload that will become one.
    struct HeldObject {
        var bucket: String
        var name: String
        var type: String
        var bytes = Data()
        var createdAt = Fingerprint.now
        /// The upload's id until it completes.
        var session: String?
        /// True once the script has interrupted the upload.
        var hasBroken = false

        var address: String { "gs://\(bucket)/\(name)" }
    }

    struct KeptJob {
        var location: String
        var model: String
        var displayName: String
        var outputPrefix: String
        var outputFolder: String?
    }

    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var objects: [HeldObject] = []
    /// The objects created by uploads, by upload id.
    var finished: [String: String] = [:]
    var table = JobTable()
    /// What only this service stores about a job, by job id.
    var kept: [String: KeptJob] = [:]
    /// How often each issued token was used.
    var tokens: [String: Int] = [:]

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? { VertexRoute.match(call) }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply {
        GoogleRefusal.notFound("Requested entity was not found: \(call.method) \(call.path)").reply
    }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        do throws(GoogleRefusal) {
            try checkToken(matched, call)
            return try answer(matched, call)
        } catch {
            return error.reply
        }
    }

    private func answer(_ matched: MatchedRoute, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply? {
        switch matched.route {
        case .fetchToken: call.method == "GET" ? metadataToken(call) : token(call)
        case .beginUpload: try beginUpload(matched.id, call)
        case .uploadFile: try upload(call)
        case .listFiles: try listObjects(matched.id, call)
        case .getFile: WireReply(json(of: try object(matched.id)))
        case .fileContent: try download(matched.id, call)
        case .createBatch: try create(matched.id, call)
        case .getBatch: try get(matched.id)
        case .listBatches: try list(matched.id, call)
        case .cancelBatch: try cancel(matched.id)
        default: unknown(call)
        }
    }
}

extension ProviderSimulator.Kind {
    /// Vertex AI with Cloud Storage, the token endpoint and the metadata server, all at the simulator's origin.
    public static let vertexAI = ProviderSimulator.Kind(name: "vertex-ai") {
        VertexService(ledger: $0, scriptState: $1)
    }
}

/// The calls of Vertex AI and of the services that it depends on.
enum VertexRoute {
    static func match(_ call: IncomingCall) -> MatchedRoute? {
        let parts = call.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        switch (parts.first, parts.count) {
        case ("token", 1): return call.method == "POST" ? MatchedRoute(.fetchToken) : nil
        case ("computeMetadata", 6): return parts.last == "token" ? MatchedRoute(.fetchToken) : nil
        case ("upload", 6): return upload(call, bucket: parts[4])
        case ("storage", 5...6) where call.method == "GET": return stored(call, parts)
        case ("v1", 6...7), ("v1beta1", 6...7):
            return parts[1] == "projects" && parts[5] == "batchPredictionJobs" ? job(call, parts) : nil
        default: return nil
        }
    }

    /// The route of a call that starts or fills a resumable upload.
    private static func upload(_ call: IncomingCall, bucket: String) -> MatchedRoute? {
        switch (call.method, call.query["uploadType"]) {
        case ("POST", "resumable"): MatchedRoute(.beginUpload, id: bucket)
        case ("PUT", "resumable"): MatchedRoute(.uploadFile, id: bucket)
        default: nil
        }
    }

    private static func stored(_ call: IncomingCall, _ parts: [String]) -> MatchedRoute? {
        guard parts.count == 6 else { return MatchedRoute(.listFiles, id: parts[3]) }
        return MatchedRoute(call.query["alt"] == "media" ? .fileContent : .getFile, id: "gs://\(parts[3])/\(parts[5])")
    }

    private static func job(_ call: IncomingCall, _ parts: [String]) -> MatchedRoute? {
        let location = parts[4]
        guard parts.count == 7 else {
            return MatchedRoute(call.method == "POST" ? .createBatch : .listBatches, id: location)
        }
        let (name, verb) = GeminiRoute.split(parts[6])
        let id = VertexService.name(ofJob: name, location: location)
        switch (call.method, verb) {
        case ("GET", nil): return MatchedRoute(.getBatch, id: id)
        case ("POST", "cancel"): return MatchedRoute(.cancelBatch, id: id)
        default: return nil
        }
    }
}
