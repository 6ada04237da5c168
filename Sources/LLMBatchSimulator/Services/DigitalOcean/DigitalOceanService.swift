import Foundation
import LLMBatchCore

/// DigitalOcean's batch inference, for models of OpenAI and of Anthropic.
///
/// Source: digitalocean/openapi, "Batch Inference"; pydo 0.44.0, which works with it unchanged.
final class DigitalOceanService: Service {
    let store: ServiceStore
    /// How often the results of a job were requested since it ended.
    private var resultLooks: [String: Int] = [:]

    init(_ store: ServiceStore) { self.store = store }

    var routes: [Route] {
        [
            Route(.uploadFile, "PUT /signed/{id}/{name}", handle: fill),
            Route(.fileContent, "GET /signed/{id}/{name}", handle: content),
            Route(.beginUpload, "POST /v1/batches/files", handle: beginUpload),
            Route(.createBatch, "POST /v1/batches", handle: create),
            Route(.listBatches, "GET /v1/batches", handle: list),
            Route(.getBatch, "GET /v1/batches/{id}", handle: showJob),
            Route(.cancelBatch, "POST /v1/batches/{id}/cancel", handle: cancel),
            Route(.getFile, "GET /v1/batches/{id}/results", handle: results),
        ]
    }

    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        if route == .uploadFile || route == .fileContent {
            // A presigned URL accepts no other authorization.
            guard call.headers["authorization"] == nil, call.query["X-Amz-Signature"] == "sim" else {
                throw Self.storageRefusal(400, "InvalidArgument")
            }
        } else if let key = script.apiKey, call.headers["authorization"] != "Bearer \(key)" {
            let shown = script.echoesKey ? ": \(call.headers["authorization"] ?? "")" : ""
            throw Self.refusal(401, "unauthorized", "Unable to authenticate you" + shown)
        }
    }

    func unknown(_ call: IncomingCall) -> Refusal {
        Self.refusal(404, "not_found", "The resource you were accessing could not be found.")
    }

    func noJob(_ id: String) -> Refusal { Self.refusal(404, "not_found", "batch not found") }

    private static func refusal(_ status: Int, _ id: String, _ message: String) -> Refusal {
        Refusal(["id": .string(id), "message": .string(message), "request_id": "req-sim"], status: status)
    }

    private static func storageRefusal(_ status: Int, _ code: String) -> Refusal {
        let body = Data("<Error><Code>\(code)</Code></Error>".utf8)
        return Refusal(WireReply(status: status, type: "application/xml", body: body))
    }

    // MARK: - Files

    private func beginUpload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let name = call.json["file_name"]?.text, call.json.keys == ["file_name"],
            name.lowercased().hasSuffix(".jsonl")
        else { throw Self.refusal(400, "bad_request", "file_name is required and must end with .jsonl") }
        let id = uuid("a1b2c3d4")
        store.files.add(SimulatedFile(id: id, filename: name, bytes: Data()).with { $0.isWhole = false })
        return WireReply(
            [
                "file_id": .string(id), "upload_url": .string(link(id, "input", call)),
                "expires_at": .time(Fingerprint.now + 900),
            ], status: 201)
    }

    /// Stores the bytes of an upload. A presigned URL accepts only the content type that it was signed for.
    private func fill(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let file = store.files[call["id"]] else { throw Self.storageRefusal(404, "NoSuchKey") }
        guard ["application/octet-stream", nil].contains(call.headers["content-type"]) else {
            throw Self.storageRefusal(403, "SignatureDoesNotMatch")
        }
        let whole = file.with {
            $0.bytes = call.body
            $0.isWhole = true
        }
        store.keep(upload: whole)
        return WireReply(type: "application/xml", body: Data())
    }

    private func content(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let results = store.jobs[call["id"]]?.results
        guard let bytes = call["name"] == "error" ? results?.error : results?.output else {
            throw Self.storageRefusal(404, "NoSuchKey")
        }
        return .bytes(bytes)
    }

    /// Links to a job's results. They are missing for a moment after the job ends.
    private func results(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let job = store.jobs[call["id"]] else { throw unknown(call) }
        resultLooks[job.id, default: 0] += 1
        guard let files = job.results, resultLooks[job.id, default: 0] > 1 else {
            throw Self.refusal(412, "precondition_failed", "Batch results are not yet available.")
        }
        func link(_ bytes: Data?, _ name: String) -> JSONNode {
            .init(bytes.map { _ in self.link(job.id, name, call) })
        }
        return WireReply([
            "batch_id": .string(job.id), "result_available": .bool(files.output != nil || files.error != nil),
            "output_file_url": link(files.output, "output"), "error_file_url": link(files.error, "error"),
            "expires_at": .time(Fingerprint.now + 900),
        ])
    }

    private func link(_ id: String, _ name: String, _ call: IncomingCall) -> String {
        call.url("/signed/\(id)/\(name)?X-Amz-Expires=900&X-Amz-Signature=sim")
    }

    private func uuid(_ beginning: String) -> String {
        let digits = String(store.nextNumber(), radix: 16)
        return "\(beginning)-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    }

    // MARK: - Jobs

    private func create(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        if let problem = Self.problem(of: call.json) { throw Self.refusal(400, "bad_request", problem) }
        let order = call.json
        if let same = store.jobs.all.first(where: { $0.order["request_id"] == order["request_id"] }) {
            return WireReply(json(same, for: call), status: 201)
        }
        guard let file = store.files[order["file_id"]?.text ?? ""] else {
            throw Self.refusal(404, "not_found", "file not found")
        }
        guard file.isWhole else { throw Self.refusal(422, "unprocessable_entity", "the file has not been uploaded") }
        if store.queueIsFull() { throw Self.refusal(429, "too_many_requests", "API rate limit exceeded.") }
        let (lines, problems) = Self.input(file.bytes, endpoint: order["endpoint"]?.text)
        let job = accept(
            ServiceJob(
                id: uuid("0e9d1d35"), endpoint: order["endpoint"]?.text ?? "/v1/chat/completions",
                inputFileID: file.id, metadata: order["metadata"]?.texts, lines: lines, problems: checked(problems),
                order: order),
            filename: file.filename, input: file.bytes)
        return WireReply(json(job, for: call), status: 201)
    }

    /// The problem with a create call; nil when there is none.
    ///
    /// Source: digitalocean/openapi, `models/batch_create_request.yml`.
    private static func problem(of order: JSONNode) -> String? {
        guard order.isObject else { return "the body is not JSON" }
        let known: Set = ["file_id", "provider", "endpoint", "completion_window", "request_id", "metadata"]
        if let odd = order.keys.first(where: { !known.contains($0) }) { return "unknown member \(odd)" }
        guard order["file_id"]?.text != nil, order["request_id"]?.text?.isEmpty == false,
            let provider = order["provider"]?.text, order["completion_window"]?.text == "24h"
        else { return "file_id, provider, completion_window (24h) and request_id are required" }
        switch provider {
        case "openai":
            let isKnown = ["/v1/responses", "/v1/chat/completions"].contains(order["endpoint"]?.text)
            return isKnown ? nil : "endpoint must be /v1/responses or /v1/chat/completions"
        case "anthropic": return order["endpoint"] == nil ? nil : "endpoint must be omitted"
        default: return "provider must be openai or anthropic"
        }
    }

    /// The requests of a file, with the problems that the service finds. Only OpenAI's have an endpoint.
    private static func input(_ bytes: Data, endpoint: String?) -> ([InputLine], [BatchProblem]) {
        if let endpoint {
            let input = OpenAIInput(file: bytes, endpoint: endpoint, .openAI)
            return (input.lines, input.problems)
        }
        do throws(AnthropicInput.Problem) {
            return (try AnthropicInput.lines(of: Lines.split(bytes).map { JSONNode(reading: $0) ?? nil }), [])
        } catch {
            return ([], [BatchProblem(code: "invalid_input_file", message: error.message)])
        }
    }

    private func list(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let limit = Int(call.query["limit"] ?? "20"), (1...100).contains(limit) else {
            throw Self.refusal(400, "bad_request", "limit must be from 1 to 100")
        }
        let jobs = listed(isFirstPage: call.query["after"] == nil)
        let after = script.repeatPage ? nil : call.query["after"]
        guard let page = Page(jobs, after: after, size: pageSize(limit), \.id) else {
            throw Self.refusal(400, "bad_request", "after: no such batch")
        }
        return WireReply(page.openAIJSON(repeats: script.repeatPage, \.id) { json($0, for: call) })
    }

    /// A job that has not reached the provider of its model cannot be cancelled there yet.
    private func cancel(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        func refusal(_ job: ServiceJob) -> Refusal {
            Self.refusal(409, "conflict", "a job that is \(job.status) cannot be cancelled")
        }
        let job = try job(call["id"])
        if job.status == "validating" { throw refusal(job) }
        return WireReply(json(try cancel(job.id, else: refusal), for: call))
    }

    // MARK: - Format

    private func isAnthropic(_ job: ServiceJob) -> Bool { job.order["provider"] == "anthropic" }

    func separatesErrors(_ job: ServiceJob) -> Bool { !isAnthropic(job) }

    func objection(to line: InputLine, of job: ServiceJob) -> String? {
        isAnthropic(job) ? AnthropicInput.objection(to: line) : nil
    }

    func body(_ answer: SimulatedAnswer, to ended: EndedRequest, of job: ServiceJob) -> JSONNode {
        guard isAnthropic(job) else { return DefaultBody.json(answer, to: ended.request) }
        let request = ended.request
        return AnthropicMessage.json(
            answer.reply(to: request), model: ended.line.model ?? "", id: "msg_" + request.customID)
    }

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        let id = ended.request.customID
        guard isAnthropic(job) else { return OpenAIResultLine(id: id, number: number, jobID: job.id).line(outcome) }
        return AnthropicMessage.line(outcome, id: id)
    }

    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines) {
        store.jobs.change(job.id) { job in
            job.outputFileID = files.output.map { _ in job.id }
            job.errorFileID = files.error.map { _ in job.id }
        }
    }

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode {
        [
            "batch_id": .string(job.id), "status": .string(job.status), "provider": job.order["provider"] ?? nil,
            "endpoint": isAnthropic(job) ? nil : .string(job.endpoint), "completion_window": "24h",
            "input_file_id": .string(job.inputFileID), "output_file_id": .init(job.outputFileID),
            "error_file_id": .init(job.errorFileID), "request_counts": job.counts?.openAIJSON ?? nil,
            "request_id": job.order["request_id"] ?? nil, "metadata": .init(job.metadata),
            "errors": job.status == "failed" ? errors(job) : nil, "created_at": .time(job.createdAt),
            "in_progress_at": .time(job.stamps["in_progress"]), "finalizing_at": .time(job.stamps["finalizing"]),
            "completed_at": .time(job.stamps["completed"]), "expires_at": .time(job.createdAt + 86_400),
            "cancelled_at": .time(job.stamps["cancelled"]), "failed_at": .time(job.stamps["failed"]),
        ]
    }

    private func errors(_ job: ServiceJob) -> JSONNode {
        let problems =
            job.problems.isEmpty ? [BatchProblem(code: "failed", message: "The batch failed.")] : job.problems
        return .array(
            problems.map { ["code": .string($0.code), "message": .string($0.message), "line": .init($0.line)] })
    }
}

extension ProviderSimulator.Kind {
    /// DigitalOcean. Source: pydo 0.44.0, which works with it unchanged.
    public static let digitalOcean = Self(name: "digitalocean") { DigitalOceanService($0) }
}
