import Foundation

/// Batch jobs.
extension DigitalOceanService {
    func create(_ call: IncomingCall) -> WireReply {
        let order: DigitalOceanOrder
        do throws(APIError) { order = try DigitalOceanOrder(call.body) } catch {
            return Self.refusal(400, "bad_request", error.message)
        }
        if let id = kept.first(where: { $0.value.requestID == order.requestID })?.key,
            let job = table.jobs.first(where: { $0.id == id })
        {
            return WireReply(json(job), status: 201)
        }
        guard let file = files[order.fileID] else { return Self.refusal(404, "not_found", "file not found") }
        guard let bytes = file.bytes else {
            return Self.refusal(422, "unprocessable_entity", "the file has not been uploaded")
        }
        if scriptState.change({ $0.createIsTokenLimited() }) {
            return Self.refusal(429, "too_many_requests", "API rate limit exceeded.")
        }
        let (lines, problems) = order.input(bytes)
        let id = Self.uuid("0e9d1d35", table.nextNumber())
        kept[id] = KeptJob(requestID: order.requestID, provider: order.provider)
        let job = table.add(
            SimulatedBatchState(
                id: id, endpoint: order.endpoint ?? "/v1/chat/completions", inputFileID: order.fileID,
                metadata: order.metadata, lines: lines, problems: script.validates ? problems : [],
                outputLifetime: nil), script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: id, inputFileID: order.fileID, inputFilename: file.name,
                inputSHA256: Fingerprint.sha256(bytes), endpoint: job.endpoint, metadata: order.metadata ?? [:],
                customIDs: lines.map(\.customID)))
        return WireReply(json(job), status: 201)
    }

    func get(_ id: String) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        guard case .job(let job) = table.look(at: id, script: script, end: { ending = ($0, $1) }) else {
            return Self.refusal(404, "not_found", "batch not found")
        }
        if let ending { end(ending.0, in: ending.1) }
        return WireReply(json(table.jobs.first { $0.id == id } ?? job))
    }

    func list(_ call: IncomingCall) -> WireReply {
        guard let limit = Int(call.query["limit"] ?? "20"), (1...100).contains(limit) else {
            return Self.refusal(400, "bad_request", "limit must be from 1 to 100")
        }
        let jobs = table.listed(script: script, isFirstPage: call.query["after"] == nil)
        let after = script.repeatPage ? nil : call.query["after"]
        guard let page = try? ListingPage(jobs, after: after, limit: min(limit, script.longestPage ?? limit), id: \.id)
        else {
            return Self.refusal(400, "bad_request", "after: no such batch")
        }
        return WireReply(page.json(alwaysMore: script.repeatPage, json))
    }

    /// A job that has not reached the provider of its model cannot be cancelled there yet.
    func cancel(_ id: String) -> WireReply {
        guard let job = table.jobs.first(where: { $0.id == id }) else {
            return Self.refusal(404, "not_found", "batch not found")
        }
        guard !FinalStatus.all.contains(job.status), job.status != "validating" else {
            return Self.refusal(409, "conflict", "a job that is \(job.status) cannot be cancelled")
        }
        return WireReply(json(table.cancel(id) ?? job))
    }

    func end(_ job: SimulatedBatchState, in status: String) {
        var files: SimulatedFiles
        if kept[job.id]?.provider == "anthropic" {
            let ended = job.ending(in: status, script: script, ledger: ledger)
            let results = AnthropicResults(ended, status: status, validates: script.validates)
            files = SimulatedFiles(
                batch: job.publicView, status: status,
                output: results.lines.isEmpty ? nil : Lines.join(results.lines), error: nil,
                counts: SimulatedCounts(
                    total: job.lines.count, completed: results.counts.succeeded,
                    failed: results.counts.unsuccessful))
            script.shapeFiles?(&files)
        } else {
            files = BatchResults.make(job, status: status, script: script, ledger: ledger)
        }
        kept[job.id]?.output = files.output
        kept[job.id]?.error = files.error
        table.change(job.id) {
            $0.counts = files.counts
            $0.outputFileID = files.output.map { _ in job.id }
            $0.errorFileID = files.error.map { _ in job.id }
        }
    }

    private func json(_ job: SimulatedBatchState) -> WireJSON {
        let own = kept[job.id]
        let problems =
            job.problems.isEmpty ? [BatchProblem(code: "failed", message: "The batch failed.")] : job.problems
        func time(_ seconds: Int?) -> WireJSON {
            .init(seconds.map { Date(timeIntervalSince1970: TimeInterval($0)).formatted(.iso8601) })
        }
        return [
            "batch_id": .string(job.id), "status": .string(job.status), "provider": .init(own?.provider),
            "endpoint": own?.provider == "anthropic" ? nil : .string(job.endpoint), "completion_window": "24h",
            "input_file_id": .string(job.inputFileID), "output_file_id": .init(job.outputFileID),
            "error_file_id": .init(job.errorFileID),
            "request_counts": job.counts.map {
                ["total": .int($0.total), "completed": .int($0.completed), "failed": .int($0.failed)]
            } ?? nil,
            "request_id": .init(own?.requestID), "metadata": .init(job.metadata),
            "errors": job.status == "failed"
                ? .array(
                    problems.map { ["code": .string($0.code), "message": .string($0.message), "line": .init($0.line)] })
                : nil,
            "created_at": time(job.createdAt), "in_progress_at": time(job.stamps["in_progress"]),
            "finalizing_at": time(job.stamps["finalizing"]), "completed_at": time(job.stamps["completed"]),
            "expires_at": time(job.createdAt + 86_400), "cancelled_at": time(job.stamps["cancelled"]),
            "failed_at": time(job.stamps["failed"]),
        ]
    }
}
