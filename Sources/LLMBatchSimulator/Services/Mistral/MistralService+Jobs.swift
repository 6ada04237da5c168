import Foundation

/// Batch jobs.
extension MistralService {
    func create(_ call: IncomingCall) throws(MistralRefusal) -> WireReply {
        guard let body = ReadJSON.object(call.body) else {
            throw MistralRefusal(status: 422, message: "the body is not JSON")
        }
        guard let endpoint = body["endpoint"] as? String else { throw .missing("endpoint") }
        let (source, file) = try input(body)
        if scriptState.change({ $0.createIsTokenLimited() }) {
            throw MistralRefusal(status: 429, type: "rate_limit_error", message: "Too many pending requests")
        }
        let check = MistralInput(source, endpoint: endpoint, model: body["model"] as? String)
        let id = newID()
        kept[id] = KeptJob(model: body["model"] as? String ?? check.lines.first?.model)
        let metadata = (body["metadata"] as? [String: Any] ?? [:]).compactMapValues { $0 as? String }
        let job = table.add(
            SimulatedBatchState(
                id: id, endpoint: endpoint, inputFileID: file?.id ?? "", metadata: metadata, lines: check.lines,
                problems: script.validates ? check.problems : [], outputLifetime: nil), script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: id, inputFileID: file?.id ?? "", inputFilename: file?.name ?? "",
                inputSHA256: Fingerprint.sha256(source), endpoint: endpoint, metadata: metadata,
                customIDs: job.lines.map(\.customID)))
        return WireReply(json(job))
    }

    private func input(_ body: [String: Any]) throws(MistralRefusal) -> (Data, HeldFile?) {
        if let requests = body["requests"] as? [[String: Any]] {
            guard requests.count <= 10_000 else {
                throw MistralRefusal(status: 422, message: "At most 10000 requests can be sent inline")
            }
            let lines = requests.compactMap { try? JSONSerialization.data(withJSONObject: $0, options: [.sortedKeys]) }
            return (Lines.join(lines), nil)
        }
        guard let ids = body["input_files"] as? [String], let id = ids.first else { throw .missing("input_files") }
        createsPerFile[id, default: 0] += 1
        guard createsPerFile[id, default: 0] > script.fileRace else {
            throw MistralRefusal(status: 404, message: "No file matches the given query.")
        }
        let file = try file(id)
        return (file.bytes, file)
    }

    func get(_ id: String) throws(MistralRefusal) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        guard case .job(let job) = table.look(at: id, script: script, end: { ending = ($0, $1) }) else {
            throw MistralRefusal(status: 404, message: "Job not found")
        }
        guard let ending else { return WireReply(json(job)) }
        end(ending.0, in: ending.1)
        return WireReply(json(table.jobs.first { $0.id == id } ?? job))
    }

    func list(_ call: IncomingCall) throws(MistralRefusal) -> WireReply {
        let isFirst = (Int(call.query["page"] ?? "0") ?? 0) == 0
        let jobs = table.listed(script: script, isFirstPage: isFirst)
        let ordered = call.query["order_by"] == "created" ? jobs.reversed() : jobs
        return WireReply(try page(ordered, call, repeats: script.repeatPage) { json($0) })
    }

    func cancel(_ id: String) throws(MistralRefusal) -> WireReply {
        guard let job = table.jobs.first(where: { $0.id == id }) else {
            throw MistralRefusal(status: 404, message: "Job not found")
        }
        guard !FinalStatus.all.contains(job.status) else {
            throw MistralRefusal(status: 400, message: "Job has already ended")
        }
        return WireReply(json(table.cancel(id) ?? job))
    }

    /// Creates the files of an ending job: one with the answers, one with the errors.
    func end(_ job: SimulatedBatchState, in status: String) {
        let results = MistralResults(job.ending(in: status, script: script, ledger: ledger), model: kept[job.id]?.model)
        var shaped = SimulatedFiles(
            batch: job.publicView, status: status, output: results.output.isEmpty ? nil : Lines.join(results.output),
            error: results.errors.isEmpty ? nil : Lines.join(results.errors),
            counts: SimulatedCounts(
                total: job.lines.count, completed: results.output.count, failed: results.errors.count))
        script.shapeFiles?(&shaped)
        kept[job.id]?.counts = shaped.counts
        let output = hold(shaped.output, as: "\(job.id)_output.jsonl", "batch_result")
        let error = hold(shaped.error, as: "\(job.id)_error.jsonl", "batch_error") ?? shaped.absentErrorFileID
        table.change(job.id) {
            $0.outputFileID = output
            $0.errorFileID = error
        }
    }

    private func hold(_ bytes: Data?, as name: String, _ type: String) -> String? {
        guard let bytes else { return nil }
        let file = HeldFile(id: newID(), name: name, bytes: bytes, isResult: true, sampleType: type)
        files.append(file)
        return file.id
    }

    private func json(_ job: SimulatedBatchState) -> WireJSON {
        let own = kept[job.id]
        let isDone = FinalStatus.all.contains(job.status)
        let counts = isDone ? own?.counts : SimulatedCounts(total: job.lines.count, completed: 0, failed: 0)
        let errors =
            job.status == "failed" ? (job.problems.isEmpty ? ["The job failed."] : job.problems.map(\.message)) : []
        return [
            "id": .string(job.id), "object": "batch",
            "input_files": job.inputFileID.isEmpty ? [] : [.string(job.inputFileID)],
            "metadata": .init(job.metadata), "endpoint": .string(job.endpoint), "model": .init(own?.model),
            "agent_id": nil, "output_file": .init(job.outputFileID), "error_file": .init(job.errorFileID),
            "errors": .array(errors.map { ["message": .string($0), "count": 1] }), "outputs": nil,
            "status": .string(word(job.status)), "created_at": .int(job.createdAt),
            "total_requests": .int(counts?.total ?? 0),
            "completed_requests": .int((counts?.completed ?? 0) &+ (counts?.failed ?? 0)),
            "succeeded_requests": .int(counts?.completed ?? 0), "failed_requests": .int(counts?.failed ?? 0),
            "started_at": .init(job.stamps["in_progress"]),
            "completed_at": .init(isDone ? job.stamps[job.status] : nil),
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
