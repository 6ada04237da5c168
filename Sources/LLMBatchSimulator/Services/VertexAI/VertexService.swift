import Foundation
import LLMBatchCore

/// Vertex AI, with the services that it depends on: access tokens, and objects in buckets.
///
/// Source: discovery documents of `aiplatform` v1 and `storage` v1; Google's OAuth and metadata documentation. Here,
/// all of them share one address. Every bucket exists except `no-such-bucket`.
final class VertexService: Service {
    let store: ServiceStore
    /// How often each issued token was used.
    var tokens: [String: Int] = [:]
    /// The objects created by uploads, by upload id.
    var finished: [String: String] = [:]

    init(_ store: ServiceStore) { self.store = store }

    var routes: [Route] { ["v1", "v1beta1"].flatMap(jobRoutes) + storageRoutes + tokenRoutes }

    private func jobRoutes(_ version: String) -> [Route] {
        let root = "/\(version)/projects/{project}/locations/{location}/batchPredictionJobs"
        return [
            Route(.createBatch, "POST \(root)", handle: create), Route(.listBatches, "GET \(root)", handle: list),
            Route(.cancelBatch, "POST \(root)/{id}:cancel") { [unowned self] call throws(Refusal) in
                _ = try cancel(jobID(in: call)) { _ in
                    .precondition("The BatchPredictionJob is in a state that cannot be cancelled.")
                }
                return WireReply([:])
            },
            Route(.getBatch, "GET \(root)/{id}", handle: showJob),
        ]
    }

    func unknown(_ call: IncomingCall) -> Refusal {
        .google(404, "Requested entity was not found: \(call.method) \(call.path)")
    }

    func noJob(_ id: String) -> Refusal { .google(404, "The BatchPredictionJob \(id) was not found.") }

    /// A job's name. It always contains the project number, even if the caller used the project id.
    private func name(_ id: String, _ call: IncomingCall) -> String {
        "projects/123456789012/locations/\(call["location"])/batchPredictionJobs/\(id)"
    }

    func jobID(in call: IncomingCall) -> String { name(call["id"], call) }

    private func create(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let order = try VertexOrder(call.json)
        let isFull = store.queueIsFull()
        let object = store.files.whole(order.inputURI)
        let input = VertexInput(object?.bytes ?? Data(), order.form)
        var problems = checked(input.problems)
        if object == nil {
            problems = [BatchProblem(code: "5", message: "The input \(order.inputURI) was not found.")]
        }
        if isFull {
            problems = [BatchProblem(code: "8", message: "Quota of concurrent batch prediction jobs is exhausted.")]
        }
        let job = accept(
            ServiceJob(
                id: name(String(4_567_890_123_456_789_000 + store.nextNumber()), call), endpoint: order.form.endpoint,
                inputFileID: order.inputURI, metadata: order.labels, lines: input.lines, problems: problems,
                order: call.json.setting("location", .string(call["location"]))),
            filename: object?.filename ?? "", input: object?.bytes ?? Data())
        return WireReply(json(job, for: call))
    }

    private func list(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let filter = try VertexFilter(call.query["filter"] ?? "")
        let jobs = listed(isFirstPage: (call.query["pageToken"] ?? "").isEmpty).filter {
            $0.order["location"]?.text == call["location"] && filter.takes($0)
        }
        return try googlePage(
            call, "batchPredictionJobs", jobs, standard: 100, repeats: script.repeatPage
        ) { json($0, for: call) }
    }

    // MARK: - Format

    private func model(_ job: ServiceJob) -> String { job.order["model"]?.text ?? "" }

    private func form(_ job: ServiceJob) -> VertexForm { VertexForm(model: model(job)) }

    func separatesErrors(_ job: ServiceJob) -> Bool { false }

    func objection(to line: InputLine, of job: ServiceJob) -> String? { VertexInput.objection(to: line, form(job)) }

    func body(_ answer: SimulatedAnswer, to ended: EndedRequest, of job: ServiceJob) -> JSONNode {
        let id = ended.request.customID
        let reply = answer.reply(to: ended.request)
        let model = model(job).split(separator: "/").last.map(String.init) ?? ""
        switch form(job) {
        case .claude: return AnthropicMessage.json(reply, model: model, id: "msg_vrtx_" + id)
        case .gemini: return GenerateContentBody.json(reply, model: model, id: "resp_" + id)
        case .embedding:
            let request = JSONNode(reading: ended.request.source)?["request"]
            let config = request?["embed_content_config"] ?? request?["embedContentConfig"]
            let length = (config?["output_dimensionality"] ?? config?["outputDimensionality"])?.integer
            return [
                "embedding": ["values": GoogleFormat.embedding(length: length)],
                "usageMetadata": ["promptTokenCount": .int(reply.inputTokens)],
            ]
        }
    }

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        let none: JSONNode = form(job) == .claude ? nil : [:]
        switch outcome {
        case .body(200, let body): return .succeeded(row(ended, response: body, status: ""))
        case .body(_, let error):
            return .failed(row(ended, response: none, status: String(decoding: error.json, as: UTF8.self)))
        case .failure(let status, _, let message, _):
            // A Google error as text, as the service has been seen to write it.
            let error: JSONNode = ["error": GoogleFormat.error(status, message)]
            let text = "Bad Request: " + String(decoding: error.json, as: UTF8.self)
            return .failed(row(ended, response: none, status: text))
        case .expired, .unanswered: return nil
        }
    }

    /// The row as it was sent, with its response and status.
    private func row(_ ended: EndedRequest, response: JSONNode, status: String) -> JSONNode {
        let row = JSONNode(reading: ended.request.source) ?? [:]
        return .compact([
            "status": .string(status), "custom_id": row["custom_id"], "key": row["key"],
            "processed_time": "2026-01-01T00:10:00.000+00:00", "request": row["request"] ?? [:],
        ]).setting("response", response)
    }

    /// Writes the answers of an ended job to the bucket, including what was done before an early end.
    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines) {
        guard statusesWithResults.contains(files.status) else { return }
        let folder = VertexOrder.outputPrefix(job.order) + "/prediction-model-2026-01-01T00:10:00.000000Z"
        store.jobs.change(job.id) { $0.outputFileID = folder }
        guard let bytes = store.jobs[job.id]?.joinedResults else { return }
        let count = max(1, script.resultShards)
        guard count > 1 else { return write(bytes, to: folder + "/predictions.jsonl") }
        let all = Lines.split(bytes).enumerated()
        for shard in 0..<count {
            let part = Lines.join(all.filter { $0.offset % count == shard }.map { Data($0.element) })
            write(part, to: folder + "/predictions-\(String(100_000 + shard).dropFirst(1)).jsonl")
        }
    }

    private func write(_ bytes: Data, to address: String) {
        let name = address.dropFirst(5).split(separator: "/", maxSplits: 1).last.map(String.init) ?? ""
        let file = SimulatedFile(id: address, filename: name, bytes: bytes).with {
            $0.type = "application/jsonl"
            $0.isResult = true
        }
        store.files.add(file)
    }

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode {
        let shown: JSONNode = [
            "name": .string(job.id), "displayName": job.order["displayName"] ?? "", "model": .string(model(job)),
            "inputConfig": ["instancesFormat": "jsonl", "gcsSource": ["uris": [.string(job.inputFileID)]]],
            "outputConfig": [
                "predictionsFormat": "jsonl",
                "gcsDestination": ["outputUriPrefix": .string(VertexOrder.outputPrefix(job.order))],
            ],
            "state": .string(GoogleFormat.state(job.status, prefix: "JOB_STATE_")), "createTime": time(job.createdAt),
            "updateTime": time(Fingerprint.now), "labels": .init(job.metadata ?? [:]), "modelVersionId": "1",
        ]
        guard let end = job.endedAt else { return shown }
        let ended = JSONNode.compact([
            "startTime": time(job.createdAt), "endTime": time(end),
            "outputInfo": job.outputFileID.map { ["gcsOutputDirectory": .string($0)] },
            "completionStats": job.counts.map(stats),
            "error": job.status == "failed" ? GoogleFormat.failure(of: job, "The job failed.") : nil,
        ])
        return .object((shown.members ?? []) + (ended.members ?? []))
    }

    private func time(_ seconds: Int) -> JSONNode { .string(JSONNode.iso(seconds).dropLast() + ".123456Z") }

    private func stats(_ counts: SimulatedCounts) -> JSONNode {
        let open = counts.total &- counts.completed &- counts.failed
        return [
            "successfulCount": .string(String(counts.completed)), "failedCount": .string(String(counts.failed)),
            "incompleteCount": .string(String(open)),
        ]
    }
}

extension ProviderSimulator.Kind {
    /// Vertex AI with Cloud Storage, the token endpoint and the metadata server, all at the simulator's origin.
    public static let vertexAI = Self(name: "vertex-ai") { VertexService($0) }
}
