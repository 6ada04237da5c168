import Foundation
import LLMBatchCore

/// Anthropic's Message Batches API.
///
/// Source: Anthropic API reference, "Message Batches"; the vendor's Python client, which works with it unchanged.
final class AnthropicService: Service {
    let store: ServiceStore
    let statusesWithResults = FinalStatus.all

    init(_ store: ServiceStore) { self.store = store }

    var routes: [Route] {
        let root = "/v1/messages/batches"
        return [
            Route(.createBatch, "POST \(root)", handle: create), Route(.listBatches, "GET \(root)", handle: list),
            Route(.getBatch, "GET \(root)/{id}", handle: showJob),
            Route(.cancelBatch, "POST \(root)/{id}/cancel") { [unowned self] call throws(Refusal) in
                WireReply(json(try cancel(call["id"]) { .anthropic(400, "Batch \($0.id) has ended.") }, for: call))
            },
            Route(.fileContent, "GET \(root)/{id}/results", handle: results),
        ]
    }

    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        let offered = call.headers["x-api-key"] ?? call.bearer
        guard offered == script.apiKey ?? offered else {
            throw .anthropic(401, "invalid x-api-key" + (script.echoesKey ? ": \(offered)" : ""))
        }
        guard call.headers["anthropic-version"] != nil else {
            throw .anthropic(400, "anthropic-version: header is required")
        }
    }

    func unknown(_ call: IncomingCall) -> Refusal { .anthropic(404, "Not found: \(call.method) \(call.path)") }

    func noJob(_ id: String) -> Refusal { .anthropic(404, "Batch \(id) was not found.") }

    private func create(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let lines: [InputLine]
        do throws(AnthropicInput.Problem) { lines = try AnthropicInput.lines(of: call.body) } catch {
            throw .anthropic(error.status, error.message)
        }
        if store.queueIsFull() {
            throw .anthropic(429, "This request would exceed your organization's limit of queued batch requests.")
        }
        let id = "msgbatch_sim\(store.nextNumber())"
        return WireReply(
            json(
                accept(ServiceJob(id: id, endpoint: "/v1/chat/completions", lines: lines), input: call.body), for: call)
        )
    }

    private func list(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let limit = Int(call.query["limit"] ?? "20") ?? 0
        guard (1...1000).contains(limit) else { throw .anthropic(400, "limit: Input should be from 1 to 1000") }
        let isFirst = call.query["after_id"] == nil
        if isFirst { advanceAll() }
        var jobs = listed(isFirstPage: isFirst)
        let size = pageSize(limit)
        if let before = call.query["before_id"] {
            guard let end = jobs.firstIndex(where: { $0.id == before }) else { throw noCursor(before) }
            jobs = Array(jobs[..<end].suffix(size))
        }
        let after = script.repeatPage ? nil : call.query["after_id"]
        guard let page = Page(jobs, after: after, size: size, \.id) else { throw noCursor(after ?? "") }
        return WireReply([
            "data": .array(page.items.map { json($0, for: call) }), "first_id": .init(page.items.first?.id),
            "last_id": .init(page.items.last?.id), "has_more": .bool(page.hasMore || script.repeatPage),
        ])
    }

    private func noCursor(_ id: String) -> Refusal { .anthropic(400, "after_id: no such batch \(id)") }

    private func results(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let bytes = store.jobs[call["id"]]?.joinedResults else { throw noJob(call["id"]) }
        return WireReply(type: "application/binary", body: bytes)
    }

    // MARK: - Format

    func separatesErrors(_ job: ServiceJob) -> Bool { false }

    func objection(to line: InputLine, of job: ServiceJob) -> String? { AnthropicInput.objection(to: line) }

    func body(_ answer: SimulatedAnswer, to ended: EndedRequest, of job: ServiceJob) -> JSONNode {
        let request = ended.request
        return AnthropicMessage.json(
            answer.reply(to: request), model: ended.line.model ?? "", id: "msg_" + request.customID)
    }

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        AnthropicMessage.line(outcome, id: ended.request.customID)
    }

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode {
        [
            "id": .string(job.id), "type": "message_batch", "processing_status": .string(word(job.status)),
            "request_counts": counts(job), "created_at": time(job.createdAt),
            "expires_at": time(job.createdAt + 86_400), "ended_at": time(job.endedAt),
            "cancel_initiated_at": time(job.stamps["cancelling"]), "archived_at": nil,
            "results_url": job.joinedResults.map { _ in
                .string(call.url("/v1/messages/batches/\(job.id)/results"))
            } ?? .null,
        ]
    }

    private func counts(_ job: ServiceJob) -> JSONNode {
        if job.results != nil, job.counts == nil { return nil }
        let (canceled, expired) = (job.tally["canceled", default: 0], job.tally["expired", default: 0])
        let counts = job.results?.counts ?? SimulatedCounts(total: 0, completed: 0, failed: 0)
        return [
            "processing": .int(job.isDone ? 0 : job.lines.count), "succeeded": .int(counts.completed),
            "errored": .int(max(0, counts.failed - canceled - expired)), "canceled": .int(canceled),
            "expired": .int(expired),
        ]
    }

    private func word(_ status: String) -> String {
        switch status {
        case "validating", "in_progress", "finalizing": "in_progress"
        case "cancelling": "canceling"
        case _ where FinalStatus.all.contains(status): "ended"
        default: status
        }
    }

    private func time(_ seconds: Int?) -> JSONNode {
        JSONNode(seconds.map { JSONNode.iso($0).replacing("Z", with: ".000000Z") })
    }
}

extension ProviderSimulator.Kind {
    /// Anthropic's Message Batches. Its base URL is the simulator's origin.
    public static let anthropic = Self(name: "anthropic") { AnthropicService($0) }
}

extension Refusal {
    /// An error in Anthropic's format, whose type follows from the status.
    static func anthropic(_ status: Int, _ message: String) -> Refusal {
        Refusal(AnthropicMessage.error(status, message), status: status)
    }
}
