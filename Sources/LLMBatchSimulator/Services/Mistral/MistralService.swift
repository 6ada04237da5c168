import Foundation
import LLMBatchCore

/// Mistral's files and batch jobs.
///
/// Source: Mistral API reference, "Files" and "Batch"; the vendor's Python client, which works with it unchanged.
final class MistralService: Service {
    let store: ServiceStore

    init(_ store: ServiceStore) { self.store = store }

    var routes: [Route] {
        [
            Route(.uploadFile, "POST /v1/files", handle: upload),
            Route(.listFiles, "GET /v1/files") { [unowned self] call throws(Refusal) in
                try page(call, store.files.all.reversed(), show: json)
            },
            Route(.getFile, "GET /v1/files/{id}") { [unowned self] call throws(Refusal) in
                WireReply(json(try file(call["id"])))
            },
            Route(.deleteFile, "DELETE /v1/files/{id}") { [unowned self] call throws(Refusal) in
                let id = try file(call["id"]).id
                store.files[id] = nil
                return WireReply(["id": .string(id), "object": "file", "deleted": true])
            },
            Route(.fileContent, "GET /v1/files/{id}/content") { [unowned self] call throws(Refusal) in
                .bytes(try file(call["id"]).bytes)
            },
            Route(.createBatch, "POST /v1/batch/jobs", handle: create),
            Route(.listBatches, "GET /v1/batch/jobs", handle: list),
            Route(.getBatch, "GET /v1/batch/jobs/{id}", handle: showJob),
            Route(.cancelBatch, "POST /v1/batch/jobs/{id}/cancel") { [unowned self] call throws(Refusal) in
                WireReply(json(try cancel(call["id"]) { _ in .mistral(400, "Job has already ended") }, for: call))
            },
        ]
    }

    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        let offered = call.headers["authorization"] ?? ""
        guard let key = script.apiKey, offered != "Bearer \(key)" else { return }
        throw .mistral(401, "Unauthorized" + (script.echoesKey ? ": \(offered)" : ""))
    }

    func unknown(_ call: IncomingCall) -> Refusal { Refusal(["detail": "Not Found"], status: 404) }

    func wrongMethod(_ call: IncomingCall) -> Refusal { Refusal(["detail": "Method Not Allowed"], status: 405) }

    func noJob(_ id: String) -> Refusal { .mistral(404, "Job not found") }

    private func newID() -> String { "00000000-0000-4000-8000-" + store.nextNumber(digits: 12) }

    // MARK: - Files

    private func file(_ id: String) throws(Refusal) -> SimulatedFile {
        if let file = store.files[id] { return file }
        throw .mistral(404, "No file matches the given query.")
    }

    private func upload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let form = call.form, let part = form.file, let name = part.filename else { throw .missing("file") }
        guard form.field("purpose") == "batch" else { throw .missing("purpose") }
        guard name.hasSuffix(".jsonl") else { throw .mistral(422, "Invalid file format: must be .jsonl") }
        let file = SimulatedFile(id: newID(), filename: name, purpose: "batch", bytes: part.bytes)
        store.keep(upload: file)
        return WireReply(json(file))
    }

    private func json(_ file: SimulatedFile) -> JSONNode {
        [
            "id": .string(file.id), "object": "file", "bytes": .int(file.bytes.count),
            "created_at": .int(file.createdAt), "filename": .string(file.filename), "purpose": "batch",
            "sample_type": .string(file.isResult ? file.purpose : "batch_request"),
            "source": .string(file.isResult ? "mistral" : "upload"),
            "num_lines": .int(Lines.split(file.bytes).count), "mimetype": "application/jsonl",
            "signature": .string(Fingerprint.sha256(file.bytes)), "expires_at": nil, "visibility": "workspace",
        ]
    }

    // MARK: - Jobs

    private func create(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let order = call.json
        guard order.isObject else { throw .mistral(422, "the body is not JSON") }
        guard let endpoint = order["endpoint"]?.text else { throw .missing("endpoint") }
        let (source, file) = try input(order)
        if store.queueIsFull() { throw .mistral(429, "Too many pending requests") }
        let input = MistralInput(source, endpoint: endpoint, model: order["model"]?.text)
        let metadata = order["metadata"]?.members?.compactMap { member in member.value.text.map { (member.key, $0) } }
        let job = accept(
            ServiceJob(
                id: newID(), endpoint: endpoint, inputFileID: file?.id ?? "",
                metadata: Dictionary(metadata ?? []) { $1 }, lines: input.lines, problems: checked(input.problems),
                order: ["model": .init(order["model"]?.text ?? input.lines.first?.model)]),
            filename: file?.filename ?? "", input: source)
        return WireReply(json(job, for: call))
    }

    private func input(_ order: JSONNode) throws(Refusal) -> (Data, SimulatedFile?) {
        if let requests = order["requests"]?.elements {
            guard requests.count <= 10_000 else { throw .mistral(422, "At most 10000 requests can be sent inline") }
            return (Lines.join(requests.map(\.encoded)), nil)
        }
        guard let id = order["input_files"]?.elements?.first?.text else { throw .missing("input_files") }
        if store.files.isHidden(id, script) { throw .mistral(404, "No file matches the given query.") }
        let file = try file(id)
        return (file.bytes, file)
    }

    private func list(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let jobs = listed(isFirstPage: (Int(call.query["page"] ?? "0") ?? 0) == 0)
        let ordered = call.query["order_by"] == "created" ? jobs.reversed() : jobs
        return try page(call, ordered, repeats: script.repeatPage) { json($0, for: call) }
    }

    /// One page of a list, by its 0-based number.
    private func page<Item>(
        _ call: IncomingCall, _ items: [Item], repeats: Bool = false, show: (Item) -> JSONNode
    ) throws(Refusal) -> WireReply? {
        guard let size = Int(call.query["page_size"] ?? "100"), let number = Int(call.query["page"] ?? "0"), size > 0,
            number >= 0
        else { throw .missing("page") }
        let length = pageSize(size)
        let page = Page(items, from: repeats ? 0 : number * length, size: length)
        return WireReply([
            "data": .array(page.items.map(show)), "object": "list",
            "total": .int(repeats ? 1_000_000 : items.count),
        ])
    }

    // MARK: - Format

    func body(_ answer: SimulatedAnswer, to ended: EndedRequest, of job: ServiceJob) -> JSONNode {
        if case .success = answer, job.endpoint != "/v1/chat/completions" {
            return DefaultBody.json(answer, to: ended.request)
        }
        let model = ended.line.model ?? job.order["model"]?.text ?? ""
        return MistralMessage.json(answer.reply(to: ended.request), model: model, id: ended.request.customID)
    }

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        let (status, body): (Int, JSONNode)
        switch outcome {
        case .body(let code, let json): (status, body) = (code, json)
        case .failure(let code, _, let message, _): (status, body) = (code, MistralMessage.error(code, message))
        case .expired: (status, body) = (408, MistralMessage.error(408, "Request timed out"))
        case .unanswered: return nil
        }
        let line: JSONNode = [
            "id": .string("batch-row-\(number)"), "custom_id": .string(ended.request.customID),
            "response": ["status_code": .int(status), "body": body], "error": nil,
        ]
        return status == 200 ? .succeeded(line) : .failed(line)
    }

    /// Creates the files of an ended job: one with the answers, one with the errors.
    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines) {
        let output = hold(files.output, as: "\(job.id)_output.jsonl", "batch_result")
        let error = hold(files.error, as: "\(job.id)_error.jsonl", "batch_error") ?? files.absentErrorFileID
        store.jobs.change(job.id) {
            $0.outputFileID = output
            $0.errorFileID = error
        }
    }

    private func hold(_ bytes: Data?, as name: String, _ type: String) -> String? {
        guard let bytes else { return nil }
        let file = SimulatedFile(id: newID(), filename: name, purpose: type, bytes: bytes).with { $0.isResult = true }
        store.files.add(file)
        return file.id
    }

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode {
        let counts = job.isDone ? job.counts : SimulatedCounts(total: job.lines.count, completed: 0, failed: 0)
        let reasons = job.problems.isEmpty ? ["The job failed."] : job.problems.map(\.message)
        let errors = job.status == "failed" ? reasons : []
        return [
            "id": .string(job.id), "object": "batch",
            "input_files": job.inputFileID.isEmpty ? [] : [.string(job.inputFileID)],
            "metadata": .init(job.metadata), "endpoint": .string(job.endpoint), "model": job.order["model"] ?? nil,
            "agent_id": nil, "output_file": .init(job.outputFileID), "error_file": .init(job.errorFileID),
            "errors": .array(errors.map { ["message": .string($0), "count": 1] }), "outputs": nil,
            "status": .string(word(job.status)), "created_at": .int(job.createdAt),
            "total_requests": .int(counts?.total ?? 0),
            "completed_requests": .int((counts?.completed ?? 0) &+ (counts?.failed ?? 0)),
            "succeeded_requests": .int(counts?.completed ?? 0), "failed_requests": .int(counts?.failed ?? 0),
            "started_at": .init(job.stamps["in_progress"]), "completed_at": .init(job.endedAt),
        ]
    }

    private func word(_ status: String) -> String {
        switch status {
        case "validating": "QUEUED"
        case "in_progress", "finalizing": "RUNNING"
        case "completed": "SUCCESS"
        case "failed": "FAILED"
        case "expired": "TIMEOUT_EXCEEDED"
        case "cancelling": "CANCELLATION_REQUESTED"
        case "cancelled": "CANCELLED"
        default: status
        }
    }
}

extension ProviderSimulator.Kind {
    /// Mistral's API. Its base URL is the simulator's origin.
    public static let mistral = Self(name: "mistral") { MistralService($0) }
}

extension Refusal {
    /// An error in Mistral's format, whose type follows from the status.
    fileprivate static func mistral(_ status: Int, _ message: String) -> Refusal {
        Refusal(MistralMessage.error(status, message), status: status)
    }

    /// The validation error for a missing member.
    fileprivate static func missing(_ field: String) -> Refusal {
        Refusal(
            ["detail": [["loc": ["body", .string(field)], "msg": "Field required", "type": "missing"]]], status: 422)
    }
}
