import Foundation
import LLMBatchCore

/// xAI's Files and Batch API.
///
/// Source: docs.x.ai, "Batch API"; xai-sdk 1.21.0 `proto/v6/batch_pb2.pyi`.
final class XAIService: Service {
    let store: ServiceStore

    init(_ store: ServiceStore) { self.store = store }

    var routes: [Route] {
        [
            Route(.uploadFile, "POST /v1/files", handle: upload),
            Route(.listFiles, "GET /v1/files") { [unowned self] call throws(Refusal) in
                try page(call, "data", store.files.all.map { ($0.id, json($0)) })
            },
            Route(.createBatch, "POST /v1/batches", handle: create),
            Route(.listBatches, "GET /v1/batches") { [unowned self] call throws(Refusal) in
                let jobs = listed(isFirstPage: call.query["pagination_token"] == nil)
                return try page(call, "batches", jobs.map { ($0.id, json($0, for: call)) }, repeats: script.repeatPage)
            },
            Route(.getBatch, "GET /v1/batches/{id}", handle: showJob),
            Route(.fileContent, "GET /v1/batches/{id}/results") { [unowned self] call throws(Refusal) in
                let results = Lines.split(try job(call["id"]).joinedResults ?? Data())
                return try page(call, "results", results.enumerated().map { ("r\($0)", .verbatim($1)) })
            },
            Route(.cancelBatch, "POST /v1/batches/{id}:cancel") { [unowned self] call throws(Refusal) in
                WireReply(json(try cancel(call["id"]) { _ in Self.refusal(400, "batch has ended") }, for: call))
            },
        ]
    }

    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        guard let key = script.apiKey, call.headers["authorization"] != "Bearer \(key)" else { return }
        throw Self.refusal(401, "Incorrect API key provided")
    }

    func unknown(_ call: IncomingCall) -> Refusal { Self.refusal(404, "not found") }

    func noJob(_ id: String) -> Refusal { Self.refusal(404, "batch not found") }

    private static func refusal(_ status: Int, _ message: String) -> Refusal {
        Refusal(["code": "error", "error": .string(message)], status: status)
    }

    private func upload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let form = call.form, let part = form.file, let name = part.filename else {
            throw Self.refusal(400, "file is required")
        }
        if form.field("purpose") != nil { throw Self.refusal(400, "unknown field purpose") }
        let file = SimulatedFile(id: "file_sim\(store.nextNumber())", filename: name, bytes: part.bytes)
        store.keep(upload: file)
        return WireReply(json(file))
    }

    private func create(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let name = call.json["name"]?.text, call.json.keys == ["input_file_id", "name"],
            let file = store.files[call.json["input_file_id"]?.text ?? ""]
        else { throw Self.refusal(400, "name and input_file_id are required") }
        if store.queueIsFull() { throw Self.refusal(429, "too many queued requests") }
        let input = OpenAIInput(file: file.bytes, endpoint: "/v1/chat/completions", .openAI)
        let job = ServiceJob(
            id: "batch_sim\(store.nextNumber())", endpoint: "/v1/chat/completions", inputFileID: file.id,
            metadata: ["name": name], lines: input.lines)
        return WireReply(json(accept(job, filename: file.filename, input: file.bytes), for: call))
    }

    private func page(
        _ call: IncomingCall, _ member: String, _ items: [(id: String, json: JSONNode)], repeats: Bool = false
    ) throws(Refusal) -> WireReply? {
        guard let limit = Int(call.query["limit"] ?? "100"), (1...100).contains(limit) else {
            throw Self.refusal(400, "limit must be from 1 to 100")
        }
        let token = repeats ? nil : call.query["pagination_token"]
        let start = token.flatMap { token in items.firstIndex { $0.id == token } }.map { $0 + 1 } ?? 0
        let page = Page(items, from: start, size: pageSize(limit))
        // Empty members are left out, as in objects from protocol buffers.
        let shown = JSONNode.compact([member: page.items.isEmpty ? nil : .array(page.items.map(\.json))])
        let next = page.hasMore || repeats ? page.items.last?.id : nil
        return WireReply(shown.setting("pagination_token", .init(next)))
    }

    // MARK: - Format

    func separatesErrors(_ job: ServiceJob) -> Bool { false }

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        let id: JSONNode = .string(ended.request.customID)
        func failed(_ status: Int, _ message: String) -> ResultLine {
            let code = [1: 1, 408: 4, 429: 8, 500: 13, 503: 14][status] ?? 3
            return .failed([
                "batch_request_id": id,
                "batch_result": ["error": ["code": .int(code), "message": .string(message)]],
                "error_message": .string(message),
            ])
        }
        switch outcome {
        case .body(let status, let body):
            let response: JSONNode = [
                "batch_request_id": id,
                "batch_result": [
                    "response": ["chat_get_completion": body], "error": ["code": 0, "message": ""],
                ],
            ]
            return status == 200 ? .succeeded(response) : .failed(response)
        case .failure(let status, _, let message, _): return failed(status, message)
        case .expired: return failed(408, "not done in time")
        case .unanswered("cancelled"): return failed(1, "cancelled")
        case .unanswered: return nil
        }
    }

    private func json(_ file: SimulatedFile) -> JSONNode {
        ["id": .string(file.id), "filename": .string(file.filename), "size_bytes": .int(file.bytes.count)]
    }

    /// There is no status, only counters and times.
    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode {
        let total = job.lines.count
        let (succeeded, failed) = (job.tally["succeeded", default: 0], job.tally["failed", default: 0])
        let pending =
            switch job.status {
            case "completed", "cancelled": 0
            case "in_progress", "finalizing": max(1, total - 1)
            case "expired": max(1, total - succeeded - failed)
            default: total
            }
        let isCancelled = job.status == "cancelled" || job.status == "cancelling"
        return [
            "batch_id": .string(job.id), "name": .init(job.metadata?["name"]), "create_time": .time(job.createdAt),
            "expire_time": .time(job.status == "expired" ? job.createdAt - 3600 : job.createdAt + 86_400),
            "cancel_time": .time(isCancelled ? job.createdAt : nil), "cancel_by_xai_message": nil,
            "create_api_key_id": "k", "input_file_id": .string(job.inputFileID),
            "state": [
                "num_requests": .int(total), "num_pending": .int(pending), "num_success": .int(succeeded),
                "num_error": .int(failed), "num_cancelled": 0,
            ],
        ]
    }
}

extension ProviderSimulator.Kind {
    /// xAI. Source: docs.x.ai, "Batch API".
    public static let xAI = Self(name: "xai", root: "/v1") { XAIService($0) }
}
