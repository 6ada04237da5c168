import Foundation

/// Fireworks' datasets and batch inference jobs behind the wire.
///
/// Source: fireworks-ai 1.2.30 `resources/datasets.py` and `resources/batch_inference_jobs.py`, which work with it
/// unchanged.
actor FireworksService: TableService {
    private let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var table = JobTable()
    /// The datasets by id, without bytes until they are uploaded.
    private var datasets: [String: Data?] = [:]
    private var looks: [String: Int] = [:]
    private var outputs: [String: (results: Data, errors: Data)] = [:]
    private var models: [String: (model: String, output: String)] = [:]

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? {
        let parts = call.path.split(separator: "/").map(String.init)
        if parts.first == "signed", parts.count == 3 { return MatchedRoute(.fileContent, id: call.path) }
        guard parts.count >= 4, parts[0] == "v1", parts[1] == "accounts" else { return nil }
        let last = parts[parts.count - 1].split(separator: ":").map(String.init)
        switch (call.method, parts[3].split(separator: ":")[0], parts.count, last.count > 1 ? last[1] : "") {
        case ("POST", "datasets", 4, _): return MatchedRoute(.beginUpload)
        case ("POST", "datasets", 5, "upload"): return MatchedRoute(.uploadFile, id: last[0])
        case ("GET", "datasets", 5, "getDownloadEndpoint"): return MatchedRoute(.getFile, id: last[0] + ":")
        case ("GET", "datasets", 5, ""): return MatchedRoute(.getFile, id: last[0])
        case ("POST", "batchInferenceJobs", 4, _): return MatchedRoute(.createBatch)
        case ("GET", "batchInferenceJobs", 4, _): return MatchedRoute(.listBatches)
        case ("GET", "batchInferenceJobs", 5, ""): return MatchedRoute(.getBatch, id: last[0])
        default: return nil
        }
    }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply { Self.refusal(404, 5, "Not Found") }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        if matched.route == .fileContent { return content(call) }
        if let key = script.apiKey, call.headers["authorization"] != "Bearer \(key)" {
            return Self.refusal(401, 16, "unauthorized")
        }
        return switch matched.route {
        case .beginUpload: createDataset(call)
        case .uploadFile: upload(matched.id, call)
        case .getFile: matched.id.hasSuffix(":") ? download(String(matched.id.dropLast()), call) : dataset(matched.id)
        case .createBatch: create(call)
        case .getBatch: get(matched.id)
        case .listBatches: list()
        default: unknown(call)
        }
    }

    private static func refusal(_ status: Int, _ code: Int, _ message: String) -> WireReply {
        WireReply(["code": .int(code), "message": .string(message), "details": []], status: status)
    }

    // MARK: - Datasets

    private func createDataset(_ call: IncomingCall) -> WireReply {
        guard let object = ReadJSON.object(call.body), let id = object["datasetId"] as? String,
            object["dataset"] is [String: Any]
        else { return Self.refusal(400, 3, "datasetId and dataset are required") }
        guard datasets[id] == nil else { return Self.refusal(409, 6, "dataset \(id) already exists") }
        datasets[id] = .some(nil)
        return dataset(id)
    }

    private func upload(_ id: String, _ call: IncomingCall) -> WireReply {
        guard let held = datasets[id] else { return Self.refusal(404, 5, "dataset not found") }
        guard held == nil else { return Self.refusal(400, 9, "dataset has been uploaded") }
        guard let form = MultipartForm(contentType: call.headers["content-type"] ?? "", body: call.body),
            let part = form.parts.first(where: { $0.name == "file" })
        else { return Self.refusal(400, 3, "file is required") }
        datasets[id] = .some(Data(part.bytes))
        ledger.recordUpload(
            LedgerUpload(
                fileID: id, filename: part.filename ?? "", purpose: "", size: part.bytes.count,
                sha256: Fingerprint.sha256(Data(part.bytes)), expiresAfterSeconds: nil))
        return WireReply(["filename": .init(part.filename), "message": "ok"])
    }

    private func dataset(_ id: String) -> WireReply {
        guard let held = datasets[id] else { return Self.refusal(404, 5, "dataset not found") }
        looks[id, default: 0] += held == nil ? 0 : 1
        let isReady = held != nil && looks[id, default: 0] > 1
        return WireReply([
            "name": .string("accounts/a/datasets/\(id)"), "state": isReady ? "READY" : "UPLOADING",
            "userUploaded": .object([]), "format": "CHAT",
        ])
    }

    private func download(_ id: String, _ call: IncomingCall) -> WireReply {
        guard let output = outputs[id] else { return Self.refusal(404, 5, "dataset not found") }
        let root = "http://\(call.headers["host"] ?? "")/signed/\(id)"
        var addresses: [(String, WireJSON)] = [("BIJOutputSet.jsonl", .string(root + "/results?sig=1"))]
        if !output.errors.isEmpty { addresses.append(("error-data.jsonl", .string(root + "/errors?sig=1"))) }
        return WireReply(["filenameToSignedUrls": .object(addresses)])
    }

    private func content(_ call: IncomingCall) -> WireReply {
        let parts = call.path.split(separator: "/").map(String.init)
        guard call.headers["authorization"] == nil, let output = outputs[parts[1]] else {
            return Self.refusal(403, 7, "signature does not match")
        }
        return WireReply(
            type: "application/octet-stream", body: parts[2] == "errors" ? output.errors : output.results)
    }

    // MARK: - Jobs

    private func create(_ call: IncomingCall) -> WireReply {
        guard let object = ReadJSON.object(call.body), let model = object["model"] as? String,
            let input = object["inputDatasetId"] as? String, let output = object["outputDatasetId"] as? String
        else { return Self.refusal(400, 3, "model, inputDatasetId and outputDatasetId are required") }
        let id = call.query["batchInferenceJobId"] ?? "job-\(table.nextNumber())"
        guard !table.jobs.contains(where: { $0.id == id }) else { return Self.refusal(409, 6, "job already exists") }
        let name = input.split(separator: "/").last.map(String.init) ?? ""
        guard let held = datasets[name], let bytes = held, looks[name, default: 0] > 1 else {
            return Self.refusal(400, 9, "dataset is not ready")
        }
        if scriptState.change({ $0.createIsTokenLimited() }) { return Self.refusal(429, 8, "quota exceeded") }
        let lines = Lines.split(bytes).enumerated().compactMap { index, line -> InputLine? in
            guard let object = ReadJSON.object(line), let id = object["custom_id"] as? String, object.count == 2,
                let body = object["body"] as? [String: Any], body["model"] == nil
            else { return nil }
            return InputLine(customID: id, model: nil, index: index, source: line)
        }
        models[id] = (model, output.split(separator: "/").last.map(String.init) ?? "")
        let isValid = lines.count == Lines.split(bytes).count
        let problem = BatchProblem(code: "INVALID_ARGUMENT", message: "a line is no request")
        let job = table.add(
            SimulatedBatchState(
                id: id, endpoint: "/v1/chat/completions", inputFileID: name, metadata: nil, lines: lines,
                problems: isValid || !script.validates ? [] : [problem], outputLifetime: nil), script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: id, inputFileID: name, inputFilename: name, inputSHA256: Fingerprint.sha256(bytes),
                endpoint: job.endpoint, metadata: [:], customIDs: lines.map(\.customID)))
        return WireReply(json(job))
    }

    private func get(_ id: String) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        guard case .job(let job) = table.look(at: id, script: script, end: { ending = ($0, $1) }) else {
            return Self.refusal(404, 5, "job not found")
        }
        if let ending { end(ending.0, in: ending.1) }
        return WireReply(json(job))
    }

    private func list() -> WireReply {
        let jobs = table.listed(script: script, isFirstPage: true)
        return WireReply(["batchInferenceJobs": .array(jobs.map(json)), "nextPageToken": ""])
    }

    func end(_ job: SimulatedBatchState, in status: String) {
        var results: [Data] = []
        var errors: [Data] = []
        for line in job.ending(in: status, script: script, ledger: ledger) {
            let id: WireJSON = .string(line.request.customID)
            switch line.answer.map({ WireAnswer($0, to: line.request) }) ?? .none {
            case .body(200, let json):
                results.append(Data((["custom_id": id, "response": .verbatim(json)] as WireJSON).text.utf8))
            case .body(let status, let json):
                let error: WireJSON = ["code": .int(status), "message": .string(json)]
                errors.append(Data((["custom_id": id, "error": error] as WireJSON).text.utf8))
            case .error(let status, let code, let message, _):
                let error: WireJSON = ["code": .string(code ?? String(status)), "message": .string(message)]
                errors.append(Data((["custom_id": id, "error": error] as WireJSON).text.utf8))
            case .raw(let bytes): results.append(bytes)
            case .none: break
            }
        }
        var shaped = SimulatedFiles(
            batch: job.publicView, status: status, output: Lines.join(results), error: Lines.join(errors),
            counts: SimulatedCounts(total: job.lines.count, completed: results.count, failed: errors.count))
        script.shapeFiles?(&shaped)
        // A job that fails as a whole creates no dataset.
        if status != "failed" || !results.isEmpty {
            outputs[models[job.id]?.output ?? ""] = (shaped.output ?? Data(), shaped.error ?? Data())
        }
        table.change(job.id) { [counts = shaped.counts] in $0.counts = counts }
    }

    private func reason(of job: SimulatedBatchState) -> String {
        job.problems.first?.message ?? (job.status == "failed" ? "The job failed." : "")
    }

    private func json(_ job: SimulatedBatchState) -> WireJSON {
        let words = [
            "validating": "VALIDATING", "in_progress": "RUNNING", "finalizing": "WRITING_RESULTS",
        ]
        let counts = job.counts
        return [
            "name": .string("accounts/a/batchInferenceJobs/\(job.id)"), "displayName": .string(job.id),
            "createTime": .string(Date(timeIntervalSince1970: TimeInterval(job.createdAt)).formatted(.iso8601)),
            "state": .string("JOB_STATE_" + (words[job.status] ?? job.status.uppercased())),
            "status": ["code": "OK", "message": .string(reason(of: job))],
            "model": .init(models[job.id]?.model),
            "inputDatasetId": .string("accounts/a/datasets/\(job.inputFileID)"),
            "outputDatasetId": .string("accounts/a/datasets/\(models[job.id]?.output ?? "")"),
            "jobProgress": [
                "percent": FinalStatus.all.contains(job.status) ? 100 : 0,
                "totalInputRequests": .int(job.lines.count), "successfullyProcessedRequests": .init(counts?.completed),
                "failedRequests": .init(counts?.failed),
            ],
        ]
    }
}

extension ProviderSimulator.Kind {
    /// Fireworks. Source: fireworks-ai 1.2.30, which works with it unchanged.
    public static let fireworks = Self(name: "fireworks") { FireworksService(ledger: $0, scriptState: $1) }
}
