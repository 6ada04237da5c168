import Foundation

/// Message batches.
extension AnthropicService {
    func create(_ call: IncomingCall) throws(AnthropicRefusal) -> WireReply {
        let input = try AnthropicInput(call.body)
        if scriptState.change({ $0.createIsTokenLimited() }) {
            throw AnthropicRefusal(
                status: 429, type: "rate_limit_error",
                message: "This request would exceed your organization's limit of queued batch requests.")
        }
        let id = "msgbatch_sim\(table.nextNumber())"
        kept[id] = KeptJob()
        let job = table.add(
            SimulatedBatchState(
                id: id, endpoint: "/v1/chat/completions", inputFileID: "", metadata: nil, lines: input.lines,
                problems: [], outputLifetime: nil), script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: id, inputFileID: "", inputFilename: "", inputSHA256: Fingerprint.sha256(call.body),
                endpoint: job.endpoint, metadata: [:], customIDs: job.lines.map(\.customID)))
        return WireReply(json(job, call))
    }

    func get(_ id: String, _ call: IncomingCall) throws(AnthropicRefusal) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        guard case .job(let job) = table.look(at: id, script: script, end: { ending = ($0, $1) }) else {
            throw notFound(id)
        }
        if let ending { end(ending.0, in: ending.1) }
        return WireReply(json(job, call))
    }

    func list(_ call: IncomingCall) throws(AnthropicRefusal) -> WireReply {
        let size = Int(call.query["limit"] ?? "20") ?? 0
        guard (1...1000).contains(size) else { throw .invalid("limit: Input should be from 1 to 1000") }
        let length = min(size, script.longestPage ?? size)
        let isFirst = call.query["after_id"] == nil
        if isFirst { advance() }
        let after = script.repeatPage ? nil : call.query["after_id"]
        let jobs = table.listed(script: script, isFirstPage: isFirst)
        let start = try after.map { (id) throws(AnthropicRefusal) in try place(of: id, in: jobs) + 1 } ?? 0
        let end = try call.query["before_id"].map { (id) throws(AnthropicRefusal) in try place(of: id, in: jobs) }
        let rest = jobs[start..<max(start, end ?? jobs.count)]
        let page = end == nil ? rest.prefix(length) : rest.suffix(length)
        return WireReply([
            "data": .array(page.map { json($0, call) }), "first_id": .init(page.first?.id),
            "last_id": .init(page.last?.id),
            "has_more": .bool(script.repeatPage || page.count < rest.count),
        ])
    }

    func cancel(_ id: String, _ call: IncomingCall) throws(AnthropicRefusal) -> WireReply {
        guard let job = table.jobs.first(where: { $0.id == id }) else { throw notFound(id) }
        guard !FinalStatus.all.contains(job.status) else { throw .invalid("Batch \(id) has ended.") }
        return WireReply(json(table.cancel(id) ?? job, call))
    }

    func results(_ id: String) throws(AnthropicRefusal) -> WireReply {
        guard let bytes = kept[id]?.results else { throw notFound(id) }
        return WireReply(type: "application/binary", body: bytes)
    }

    /// Moves time on for callers that use only the list, because they lost the response to a create call.
    private func advance() {
        var ending: [(SimulatedBatchState, String)] = []
        table.advance(script: script) { ending.append(($0, $1)) }
        for (job, status) in ending { end(job, in: status) }
    }

    /// Creates the results of an ending job: one line per request, whatever its outcome.
    func end(_ job: SimulatedBatchState, in status: String) {
        let ended = job.ending(in: status == "failed" ? "cancelled" : status, script: script, ledger: ledger)
        let results = AnthropicResults(ended, status: status, validates: script.validates)
        let counts = SimulatedCounts(
            total: job.lines.count, completed: results.counts.succeeded, failed: results.counts.unsuccessful)
        var shaped = SimulatedFiles(
            batch: job.publicView, status: status, output: Lines.join(results.lines), error: nil, counts: counts)
        script.shapeFiles?(&shaped)
        var own = KeptJob(counts: results.counts)
        if shaped.counts != counts { own.counts.take(shaped.counts) }
        own.results = shaped.error.map { (shaped.output ?? Data()) + $0 } ?? shaped.output
        kept[job.id] = own
        table.change(job.id) { $0.outputFileID = own.results == nil ? nil : "results" }
    }

    private func place(of id: String, in jobs: [SimulatedBatchState]) throws(AnthropicRefusal) -> Int {
        if let place = jobs.firstIndex(where: { $0.id == id }) { return place }
        throw .invalid("after_id: no such batch \(id)")
    }

    private func notFound(_ id: String) -> AnthropicRefusal {
        AnthropicRefusal(status: 404, type: "not_found_error", message: "Batch \(id) was not found.")
    }

    private func json(_ job: SimulatedBatchState, _ call: IncomingCall) -> WireJSON {
        let isDone = FinalStatus.all.contains(job.status)
        let own = kept[job.id] ?? KeptJob()
        let address = "http://\(call.headers["host"] ?? "")/v1/messages/batches/\(job.id)/results"
        return [
            "id": .string(job.id), "type": "message_batch", "processing_status": .string(word(job.status)),
            "request_counts": own.counts.json(running: isDone ? 0 : job.lines.count),
            "created_at": time(job.createdAt), "expires_at": time(job.createdAt + 86_400),
            "ended_at": isDone ? time(job.stamps[job.status] ?? job.createdAt) : nil,
            "cancel_initiated_at": job.stamps["cancelling"].map { time($0) } ?? nil, "archived_at": nil,
            "results_url": own.results == nil ? nil : .string(address),
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

    /// A time in the service's format.
    private func time(_ seconds: Int) -> WireJSON {
        let text = Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
        return .string(text.replacing("Z", with: ".000000Z"))
    }
}
