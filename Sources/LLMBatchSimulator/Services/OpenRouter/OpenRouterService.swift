import Foundation
import LLMBatchCore

/// OpenRouter's Batch API.
///
/// Source: openrouter.ai/docs, "Batch API"; openrouter 1.3.84, which works with it unchanged.
final class OpenRouterService: Service {
    let store: ServiceStore
    /// The ids of all jobs ever created.
    private var created: Set<String> = []

    init(_ store: ServiceStore) { self.store = store }

    var routes: [Route] {
        let root = "/api/v1/batches"
        return [
            Route(.createBatch, "POST \(root)", handle: create), Route(.listBatches, "GET \(root)", handle: list),
            Route(.getBatch, "GET \(root)/{id}", handle: showJob),
        ]
    }

    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        guard let key = script.apiKey, call.headers["authorization"] != "Bearer \(key)" else { return }
        throw Self.refusal(401, "No auth credentials found")
    }

    func unknown(_ call: IncomingCall) -> Refusal { Self.refusal(404, "Not Found") }

    func noJob(_ id: String) -> Refusal {
        let isDeleted = created.contains(id) && store.jobs[id] == nil
        return isDeleted ? Self.refusal(410, "Batch has been deleted") : Self.refusal(404, "Batch not found")
    }

    private static func refusal(_ status: Int, _ message: String) -> Refusal {
        Refusal(["error": ["code": .int(status), "message": .string(message)]], status: status)
    }

    /// The service parses the call while it arrives, so `requests` must be the last member.
    private func create(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let order = call.json
        guard let endpoint = order["endpoint"]?.text, let model = order["model"]?.text,
            let requests = order["requests"]?.elements
        else { throw Self.refusal(400, "endpoint, model and requests are required") }
        let names = order.members?.map(\.key) ?? []
        for name in ["endpoint", "model"] where names.drop(while: { $0 != "requests" }).contains(name) {
            throw Self.refusal(400, "\"\(name)\": must precede requests")
        }
        guard ["/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"].contains(endpoint) else {
            throw Self.refusal(400, "unknown endpoint")
        }
        guard requests.count <= 5000 else { throw Self.refusal(413, "more than 5000 requests") }
        if store.queueIsFull() { throw Self.refusal(429, "too many queued requests") }
        let id = "batch_sim\(store.nextNumber())"
        created.insert(id)
        let lines = requests.enumerated().map { index, request in
            InputLine(
                customID: request["custom_id"]?.text ?? "", model: nil, index: index, source: request.encoded)
        }
        let job = ServiceJob(
            id: id, endpoint: endpoint, lines: lines, problems: checked(Self.problems(requests)),
            order: ["model": .string(model)])
        return WireReply(json(accept(job, input: call.body), for: call), status: 202)
    }

    private static func problems(_ requests: [JSONNode]) -> [BatchProblem] {
        requests.enumerated().compactMap { index, request in
            let isValid =
                request.keys == ["body", "custom_id"] && request["body"]?.isObject == true
                && request["body"]?["model"] == nil && (1...64).contains(request["custom_id"]?.text?.utf8.count ?? 0)
            return isValid
                ? nil : BatchProblem(code: "400", message: "request \(index) is not valid", line: index + 1)
        }
    }

    private func list(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let limit = Int(call.query["limit"] ?? "20"), (1...100).contains(limit) else {
            throw Self.refusal(400, "limit must be from 1 to 100")
        }
        let after = script.repeatPage ? nil : call.query["after"]
        if after == nil { advanceAll() }
        let jobs = listed(isFirstPage: call.query["after"] == nil)
        guard let page = Page(jobs, after: after, size: pageSize(limit), \.id) else {
            throw Self.refusal(400, "after: no such batch")
        }
        return WireReply(
            page.openAIJSON(repeats: script.repeatPage, \.id) { json($0, for: call).setting("results", nil) })
    }

    // MARK: - Format

    func separatesErrors(_ job: ServiceJob) -> Bool { false }

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        func line(_ response: JSONNode, _ error: JSONNode) -> JSONNode {
            [
                "id": .string("res_\(number - 1)"), "custom_id": .string(ended.request.customID),
                "response": response, "error": error,
            ]
        }
        func failed(_ type: String, _ message: String) -> ResultLine {
            .failed(line(nil, ["message": .string(message), "type": .string(type), "param": nil]))
        }
        switch outcome {
        case .body(let status, let body):
            // The upstream provider's own reason is next to the usual one.
            let text = String(decoding: body.json, as: UTF8.self).replacing(
                "\"finish_reason\":", with: "\"native_finish_reason\":\"STOP\",\"finish_reason\":")
            let json = line(["status_code": .int(status), "request_id": "req", "body": .verbatim(text)], nil)
            return status == 200 ? .succeeded(json) : .failed(json)
        case .failure(_, let code, let message, let type): return failed(code ?? type, message)
        case .expired: return failed("batch_expired", "not done in time")
        case .unanswered: return nil
        }
    }

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode {
        let results = Lines.split(job.joinedResults ?? Data()).map { JSONNode.verbatim($0) }
        return [
            "id": .string(job.id), "object": "batch", "endpoint": .string(job.endpoint),
            "model": job.order["model"] ?? nil, "status": .string(job.status), "completion_window": "24h",
            "created_at": .int(job.createdAt), "finalized_at": .init(job.endedAt),
            "expires_at": .int(job.createdAt + 86_400), "provider": "google-vertex",
            "request_counts": [
                "total": .int(job.status == "validating" ? 0 : job.lines.count),
                "completed": .int(job.tally["succeeded", default: 0]), "failed": .int(job.tally["failed", default: 0]),
            ],
            "usage": nil,
            "error": job.status == "failed"
                ? ["message": .string(job.problems.first?.message ?? "the batch failed")] : nil,
            "results": job.isDone && job.status != "failed" ? .array(results) : nil,
        ]
    }
}

extension ProviderSimulator.Kind {
    /// OpenRouter. Source: openrouter 1.3.84, which works with it unchanged.
    public static let openRouter = Self(name: "openrouter", root: "/api/v1") { OpenRouterService($0) }
}
