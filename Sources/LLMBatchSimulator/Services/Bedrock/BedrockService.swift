import Foundation

/// Amazon Bedrock's batch inference behind the wire, with the parts of S3, STS, IAM and the host's credential endpoints
/// that it needs, in one account.
///
/// Source: the service models of botocore; boto3, which works with it unchanged. The scope of a call's signature names
/// the service. Calls without a signature go to the endpoints that need none.
actor BedrockService: TableService {
    let account: SimulatedAWS
    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var storage: ObjectStore
    var table = JobTable()
    /// What only this service stores about a job, by its ARN.
    var kept: [String: KeptJob] = [:]
    var createsPerFile: [String: Int] = [:]
    var loans = 0

    struct KeptJob {
        var name: String
        var token: String?
        var model: String
        var role: String
        var output: String
        var hours: Int
        var type: String
        var manifest: [String: Int] = [:]
        var message: String?
    }

    init(_ account: SimulatedAWS, ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.account = account
        self.ledger = ledger
        self.scriptState = scriptState
        storage = ObjectStore(buckets: Array(account.buckets.keys))
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? { BedrockRoute.match(call) }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply {
        AWSRefusal(status: 404, code: "UnknownOperationException", message: "There is no such operation.").json
    }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        var reply = answer(matched, call)
        reply?.hidesBody = call.method == "HEAD"
        return reply
    }

    private func answer(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        let service = BedrockRoute.Service(of: call)
        do throws(AWSRefusal) {
            try checkSignature(call, service)
            return switch service {
            case .storage: try store(matched, call)
            case .control: try control(matched, call)
            case .host: try lend(call)
            case .tokens: try answerTokens(call)
            case .roles: try answerRoles(call)
            }
        } catch {
            return service == .control ? error.json : error.xml(wrapped: service != .storage)
        }
    }

    private func control(_ matched: MatchedRoute, _ call: IncomingCall) throws(AWSRefusal) -> WireReply? {
        switch matched.route {
        case .createBatch: try create(call)
        case .getBatch: try get(matched.id)
        case .listBatches: try list(call)
        case .cancelBatch: try stop(matched.id)
        default: unknown(call)
        }
    }

    // MARK: - Authentication

    private func checkSignature(_ call: IncomingCall, _ service: BedrockRoute.Service) throws(AWSRefusal) {
        let own = script.apiKey.map { [SimulatedAWS.Keys(id: "AKIASIMULATED", secret: $0)] } ?? []
        let keys = account.keys + own
        guard !keys.isEmpty, service != .host else { return }
        guard let claim = AWSSignatureCheck.Claim(call.headers["authorization"]) else {
            // A web identity authenticates itself.
            if service == .tokens { return }
            throw AWSRefusal(
                status: 403, code: service == .storage ? "AccessDenied" : "MissingAuthenticationTokenException",
                message: "Missing Authentication Token")
        }
        let isGlobal = service == .roles
        do throws(AWSRefusal) {
            try AWSSignatureCheck(claim: claim, call: call).run(
                keys: keys + account.lentKeys, region: isGlobal ? "us-east-1" : account.region)
        } catch {
            guard script.echoesKey, let secret = keys.first?.secret else { throw error }
            var error = error
            error.message += " (\(secret))"
            throw error
        }
    }
}

/// The calls that the simulator supports, and the services that they belong to.
enum BedrockRoute {
    enum Service {
        case control, storage, tokens, roles, host

        init(of call: IncomingCall) {
            let claim = AWSSignatureCheck.Claim(call.headers["authorization"])
            switch claim?.service {
            case "s3": self = .storage
            case "sts": self = .tokens
            case "iam": self = .roles
            case "bedrock": self = .control
            default:
                if call.path.hasPrefix("/latest/") || call.path.hasPrefix("/v2/credentials") {
                    self = .host
                } else if call.path.hasPrefix("/model-invocation-job") {
                    self = .control
                } else {
                    self = call.method == "POST" && call.path == "/" ? .tokens : .storage
                }
            }
        }
    }

    static func match(_ call: IncomingCall) -> MatchedRoute? {
        switch Service(of: call) {
        case .host, .tokens: MatchedRoute(.fetchToken)
        case .roles: MatchedRoute(.checkAccount)
        case .storage: storage(call)
        case .control: control(call)
        }
    }

    private static func control(_ call: IncomingCall) -> MatchedRoute? {
        let parts = call.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        switch (call.method, parts.first, parts.count, parts.last) {
        case ("POST", "model-invocation-job", 1, _): return MatchedRoute(.createBatch)
        case ("GET", "model-invocation-jobs", 1, _): return MatchedRoute(.listBatches)
        case ("GET", "model-invocation-job", 2, let id?): return MatchedRoute(.getBatch, id: id)
        case ("POST", "model-invocation-job", 3, "stop"): return MatchedRoute(.cancelBatch, id: parts[1])
        default: return nil
        }
    }

    /// The bucket is in the path.
    private static func storage(_ call: IncomingCall) -> MatchedRoute? {
        let isObject = call.path.split(separator: "/").count > 1
        let id = String(call.path.dropFirst().removingPercentEncoding ?? "")
        switch (call.method, isObject) {
        case ("POST", true): return MatchedRoute(call.query["uploadId"] == nil ? .beginUpload : .endUpload, id: id)
        case ("PUT", true): return MatchedRoute(.uploadFile, id: id)
        case ("GET", true): return MatchedRoute(.fileContent, id: id)
        case ("HEAD", true): return MatchedRoute(.getFile, id: id)
        case ("DELETE", true): return MatchedRoute(.deleteFile, id: id)
        case ("HEAD", false): return MatchedRoute(.checkAccount, id: id)
        case ("GET", false): return MatchedRoute(.listFiles, id: id)
        default: return nil
        }
    }
}
