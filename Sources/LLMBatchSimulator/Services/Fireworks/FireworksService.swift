import Foundation
import LLMBatchCore

/// Fireworks' datasets and batch inference jobs.
///
/// Source: fireworks-ai 1.2.30 `resources/datasets.py` and `resources/batch_inference_jobs.py`, which work with it
/// unchanged.
final class FireworksService: Service {
    let store: ServiceStore

    init(_ store: ServiceStore) { self.store = store }

    var routes: [Route] {
        let root = "/v1/accounts/{account}"
        return [
            Route(.fileContent, "GET /signed/{id}/{name}", handle: content),
            Route(.beginUpload, "POST \(root)/datasets", handle: createDataset),
            Route(.uploadFile, "POST \(root)/datasets/{id}:upload", handle: upload),
            Route(.getFile, "GET \(root)/datasets/{id}:getDownloadEndpoint", handle: downloadEndpoint),
            Route(.getFile, "GET \(root)/datasets/{id}") { [unowned self] call throws(Refusal) in
                try dataset(call["id"])
            },
            Route(.createBatch, "POST \(root)/batchInferenceJobs", handle: create),
            Route(.listBatches, "GET \(root)/batchInferenceJobs") { [unowned self] call in
                let jobs = listed(isFirstPage: true).map { json($0, for: call) }
                return WireReply(["batchInferenceJobs": .array(jobs), "nextPageToken": ""])
            },
            Route(.getBatch, "GET \(root)/batchInferenceJobs/{id}", handle: showJob),
        ]
    }

    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        if route == .fileContent {
            if call.headers["authorization"] != nil { throw Self.refusal(403, 7, "signature does not match") }
        } else if let key = script.apiKey, call.headers["authorization"] != "Bearer \(key)" {
            throw Self.refusal(401, 16, "unauthorized")
        }
    }

    func unknown(_ call: IncomingCall) -> Refusal { Self.refusal(404, 5, "Not Found") }

    func noJob(_ id: String) -> Refusal { Self.refusal(404, 5, "job not found") }

    private static func refusal(_ status: Int, _ code: Int, _ message: String) -> Refusal {
        Refusal(["code": .int(code), "message": .string(message), "details": []], status: status)
    }

    // MARK: - Datasets

    private func createDataset(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let id = call.json["datasetId"]?.text, call.json["dataset"]?.isObject == true else {
            throw Self.refusal(400, 3, "datasetId and dataset are required")
        }
        guard store.files[id] == nil else { throw Self.refusal(409, 6, "dataset \(id) already exists") }
        store.files.add(SimulatedFile(id: id, filename: "", bytes: Data()).with { $0.isWhole = false })
        return try dataset(id)
    }

    private func upload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let held = store.files[call["id"]] else { throw Self.refusal(404, 5, "dataset not found") }
        guard !held.isWhole else { throw Self.refusal(400, 9, "dataset has been uploaded") }
        guard let part = call.form?.file else { throw Self.refusal(400, 3, "file is required") }
        store.keep(upload: SimulatedFile(id: held.id, filename: part.filename ?? "", bytes: part.bytes))
        return WireReply(["filename": .init(part.filename), "message": "ok"])
    }

    private func dataset(_ id: String) throws(Refusal) -> WireReply? {
        store.files.change(id) { $0.looks += $0.isWhole ? 1 : 0 }
        guard let file = store.files[id] else { throw Self.refusal(404, 5, "dataset not found") }
        return WireReply([
            "name": .string("accounts/a/datasets/\(id)"), "state": file.looks > 1 ? "READY" : "UPLOADING",
            "userUploaded": [:], "format": "CHAT",
        ])
    }

    private func output(_ dataset: String) -> SimulatedFiles? {
        store.jobs.all.last { $0.order["output"]?.text == dataset && $0.outputFileID != nil }?.results
    }

    private func downloadEndpoint(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let id = call["id"]
        guard let output = output(id) else { throw Self.refusal(404, 5, "dataset not found") }
        let errors: JSONNode? =
            output.error?.isEmpty ?? true ? nil : .string(call.url("/signed/\(id)/errors?sig=1"))
        return WireReply([
            "filenameToSignedUrls": .compact([
                "BIJOutputSet.jsonl": .string(call.url("/signed/\(id)/results?sig=1")), "error-data.jsonl": errors,
            ])
        ])
    }

    private func content(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let output = output(call["id"]) else { throw Self.refusal(403, 7, "signature does not match") }
        return .bytes((call["name"] == "errors" ? output.error : output.output) ?? Data())
    }

    // MARK: - Jobs

    private func create(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let order = call.json
        guard let model = order["model"]?.text, let input = order["inputDatasetId"]?.text,
            let output = order["outputDatasetId"]?.text
        else { throw Self.refusal(400, 3, "model, inputDatasetId and outputDatasetId are required") }
        let id = call.query["batchInferenceJobId"] ?? "job-\(store.nextNumber())"
        guard store.jobs[id] == nil else { throw Self.refusal(409, 6, "job already exists") }
        let name = Self.last(input)
        guard let file = store.files.whole(name), file.looks > 1 else {
            throw Self.refusal(400, 9, "dataset is not ready")
        }
        if store.queueIsFull() { throw Self.refusal(429, 8, "quota exceeded") }
        let lines = Lines.split(file.bytes)
        let read = lines.enumerated().compactMap { index, line in Self.line(line, index) }
        let problem = BatchProblem(code: "INVALID_ARGUMENT", message: "a line is no request")
        let job = accept(
            ServiceJob(
                id: id, endpoint: "/v1/chat/completions", inputFileID: name, lines: read,
                problems: checked(read.count == lines.count ? [] : [problem]),
                order: ["model": .string(model), "output": .string(Self.last(output))]),
            filename: name, input: file.bytes)
        return WireReply(json(job, for: call))
    }

    private static func last(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? "" }

    /// A request of a dataset; nil for any other line.
    private static func line(_ line: Data, _ index: Int) -> InputLine? {
        guard let object = JSONNode(reading: line), object.keys == ["body", "custom_id"],
            let id = object["custom_id"]?.text, let body = object["body"], body.isObject, body["model"] == nil
        else { return nil }
        return InputLine(customID: id, model: nil, index: index, source: line)
    }

    // MARK: - Format

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        let id: JSONNode = .string(ended.request.customID)
        func failed(_ code: JSONNode, _ message: String) -> ResultLine {
            .failed(["custom_id": id, "error": ["code": code, "message": .string(message)]])
        }
        switch outcome {
        case .body(200, let body): return .succeeded(["custom_id": id, "response": body])
        case .body(let status, let body): return failed(.int(status), String(decoding: body.json, as: UTF8.self))
        case .failure(let status, let code, let message, _): return failed(.string(code ?? String(status)), message)
        case .expired: return failed("batch_expired", "not done in time")
        case .unanswered: return nil
        }
    }

    /// A job that fails as a whole creates no dataset.
    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines) {
        guard files.status != "failed" else { return }
        store.jobs.change(job.id) { $0.outputFileID = $0.order["output"]?.text }
    }

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode {
        let words = ["validating": "VALIDATING", "in_progress": "RUNNING", "finalizing": "WRITING_RESULTS"]
        let reason = job.problems.first?.message ?? (job.status == "failed" ? "The job failed." : "")
        return [
            "name": .string("accounts/a/batchInferenceJobs/\(job.id)"), "displayName": .string(job.id),
            "createTime": .time(job.createdAt),
            "state": .string("JOB_STATE_" + (words[job.status] ?? job.status.uppercased())),
            "status": ["code": "OK", "message": .string(reason)], "model": job.order["model"] ?? nil,
            "inputDatasetId": .string("accounts/a/datasets/\(job.inputFileID)"),
            "outputDatasetId": .string("accounts/a/datasets/\(job.order["output"]?.text ?? "")"),
            "jobProgress": [
                "percent": job.isDone ? 100 : 0, "totalInputRequests": .int(job.lines.count),
                "successfullyProcessedRequests": .init(job.counts?.completed),
                "failedRequests": .init(job.counts?.failed),
            ],
        ]
    }
}

extension ProviderSimulator.Kind {
    /// Fireworks. Source: fireworks-ai 1.2.30, which works with it unchanged.
    public static let fireworks = Self(name: "fireworks") { FireworksService($0) }
}
