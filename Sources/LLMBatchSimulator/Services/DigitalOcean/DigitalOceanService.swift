import Foundation

/// DigitalOcean's batch inference behind the wire.
///
/// Source: digitalocean/openapi, "Batch Inference"; pydo 0.44.0, which works with it unchanged.
actor DigitalOceanService: TableService {
    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var table = JobTable()
    /// The files by id; a file has bytes once they have been uploaded.
    private(set) var files: [String: BegunFile] = [:]
    /// What only this service stores about a job, by job id.
    var kept: [String: KeptJob] = [:]

    struct BegunFile {
        let name: String
        var bytes: Data?
    }

    struct KeptJob {
        let requestID: String
        /// `openai` or `anthropic`.
        let provider: String
        var output: Data?
        var error: Data?
        /// How often its results were requested since it ended.
        var looks = 0
    }

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? {
        let parts = call.path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        if parts.first == "signed", parts.count == 3 {
            return MatchedRoute(call.method == "PUT" ? .uploadFile : .fileContent, id: parts[1])
        }
        guard parts.starts(with: ["v1", "batches"]) else { return nil }
        return switch (call.method, parts.count, parts.last ?? "") {
        case ("POST", 3, "files"): MatchedRoute(.beginUpload)
        case ("POST", 2, _): MatchedRoute(.createBatch)
        case ("GET", 2, _): MatchedRoute(.listBatches)
        case ("GET", 3, let id): MatchedRoute(.getBatch, id: id)
        case ("POST", 4, "cancel"): MatchedRoute(.cancelBatch, id: parts[2])
        case ("GET", 4, "results"): MatchedRoute(.getFile, id: parts[2])
        default: nil
        }
    }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply {
        Self.refusal(404, "not_found", "The resource you were accessing could not be found.")
    }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        // A pre-signed URL accepts no other authorization.
        if matched.route == .uploadFile || matched.route == .fileContent {
            guard call.headers["authorization"] == nil, call.query["X-Amz-Signature"] == "sim" else {
                return Self.storageRefusal(400, "InvalidArgument")
            }
            return matched.route == .uploadFile ? fill(matched.id, call) : content(matched.id, call)
        }
        if let key = script.apiKey, call.headers["authorization"] != "Bearer \(key)" {
            let shown = script.echoesKey ? ": \(call.headers["authorization"] ?? "")" : ""
            return Self.refusal(401, "unauthorized", "Unable to authenticate you" + shown)
        }
        return switch matched.route {
        case .beginUpload: begin(call)
        case .createBatch: create(call)
        case .getBatch: get(matched.id)
        case .listBatches: list(call)
        case .cancelBatch: cancel(matched.id)
        case .getFile: results(matched.id, call)
        default: unknown(call)
        }
    }

    static func refusal(_ status: Int, _ id: String, _ message: String) -> WireReply {
        WireReply(["id": .string(id), "message": .string(message), "request_id": "req-sim"], status: status)
    }

    private static func storageRefusal(_ status: Int, _ code: String) -> WireReply {
        WireReply(
            status: status, type: "application/xml", body: Data("<Error><Code>\(code)</Code></Error>".utf8))
    }

    // MARK: - Files

    private func begin(_ call: IncomingCall) -> WireReply {
        guard let object = ReadJSON.object(call.body), object.count == 1, let name = object["file_name"] as? String,
            name.lowercased().hasSuffix(".jsonl")
        else { return Self.refusal(400, "bad_request", "file_name is required and must end with .jsonl") }
        let id = Self.uuid("a1b2c3d4", table.nextNumber())
        files[id] = BegunFile(name: name)
        return WireReply(
            [
                "file_id": .string(id), "upload_url": .string(Self.link(id, "input", call)),
                "expires_at": .string(Date().addingTimeInterval(900).formatted(.iso8601)),
            ], status: 201)
    }

    /// Stores the bytes of an upload. A pre-signed URL accepts only the content type that it was signed for.
    private func fill(_ id: String, _ call: IncomingCall) -> WireReply {
        guard let file = files[id] else { return Self.storageRefusal(404, "NoSuchKey") }
        guard ["application/octet-stream", nil].contains(call.headers["content-type"]) else {
            return Self.storageRefusal(403, "SignatureDoesNotMatch")
        }
        files[id]?.bytes = call.body
        ledger.recordUpload(
            LedgerUpload(
                fileID: id, filename: file.name, purpose: "", size: call.body.count,
                sha256: Fingerprint.sha256(call.body), expiresAfterSeconds: nil))
        return WireReply(type: "application/xml", body: Data())
    }

    private func content(_ id: String, _ call: IncomingCall) -> WireReply {
        let job = kept[id]
        guard let bytes = call.path.hasSuffix("/error") ? job?.error : job?.output else {
            return Self.storageRefusal(404, "NoSuchKey")
        }
        return WireReply(type: "application/octet-stream", body: bytes)
    }

    /// Links to a job's results. They are missing for a moment after the job ends.
    private func results(_ id: String, _ call: IncomingCall) -> WireReply {
        guard let job = table.jobs.first(where: { $0.id == id }), let own = kept[id] else { return unknown(call) }
        kept[id]?.looks += 1
        guard FinalStatus.all.contains(job.status), own.looks > 0 else {
            return Self.refusal(412, "precondition_failed", "Batch results are not yet available.")
        }
        func link(_ bytes: Data?, _ name: String) -> WireJSON {
            .init(bytes.map { _ in Self.link(id, name, call) })
        }
        return WireReply([
            "batch_id": .string(id), "result_available": .bool(own.output != nil || own.error != nil),
            "output_file_url": link(own.output, "output"), "error_file_url": link(own.error, "error"),
            "expires_at": .string(Date().addingTimeInterval(900).formatted(.iso8601)),
        ])
    }

    private static func link(_ id: String, _ name: String, _ call: IncomingCall) -> String {
        "http://\(call.headers["host"] ?? "")/signed/\(id)/\(name)?X-Amz-Expires=900&X-Amz-Signature=sim"
    }

    static func uuid(_ beginning: String, _ number: Int) -> String {
        let digits = String(number, radix: 16)
        return "\(beginning)-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }
}

extension ProviderSimulator.Kind {
    /// DigitalOcean. Source: pydo 0.44.0, which works with it unchanged.
    public static let digitalOcean = Self(name: "digitalocean") {
        DigitalOceanService(ledger: $0, scriptState: $1)
    }
}
