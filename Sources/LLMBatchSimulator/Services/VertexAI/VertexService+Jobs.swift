import Foundation

/// Batch prediction jobs.
extension VertexService {
    static let projectNumber = "123456789012"

    /// A job's name. It always contains the project number, even if the caller used the project id.
    static func name(ofJob id: String, location: String) -> String {
        "projects/\(projectNumber)/locations/\(location)/batchPredictionJobs/\(id)"
    }

    func create(_ location: String, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        guard let body = ReadJSON.object(call.body) else { throw .invalid("Invalid JSON payload received.") }
        let order = try JobOrder(body)
        let form = VertexForm(model: order.model)
        let isTokenLimited = scriptState.change { $0.createIsTokenLimited() }
        var problems: [BatchProblem] = []
        var lines: [InputLine] = []
        let held = objects.last { $0.address == order.inputURI && $0.session == nil }
        if let held {
            let input = VertexInput(held.bytes, form)
            lines = input.lines
            if script.validates { problems = input.problems }
        } else {
            problems = [BatchProblem(code: "5", message: "The input \(order.inputURI) was not found.")]
        }
        if isTokenLimited {
            problems = [BatchProblem(code: "8", message: "Quota of concurrent batch prediction jobs is exhausted.")]
        }
        let id = Self.name(ofJob: String(4_567_890_123_456_789_000 + table.nextNumber()), location: location)
        kept[id] = KeptJob(
            location: location, model: order.model, displayName: order.displayName, outputPrefix: order.outputPrefix)
        let job = table.add(
            SimulatedBatchState(
                id: id, endpoint: form.endpoint, inputFileID: order.inputURI, metadata: order.labels,
                lines: lines, problems: problems, outputLifetime: nil), script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: id, inputFileID: order.inputURI, inputFilename: held?.name ?? "",
                inputSHA256: Fingerprint.sha256(held?.bytes ?? Data()), endpoint: job.endpoint,
                metadata: order.labels, customIDs: lines.map(\.customID)))
        return WireReply(json(of: job))
    }

    func get(_ id: String) throws(GoogleRefusal) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        guard case .job(let job) = table.look(at: id, script: script, end: { ending = ($0, $1) }) else {
            throw .notFound("The BatchPredictionJob \(id) was not found.")
        }
        guard let ending else { return WireReply(json(of: job)) }
        end(ending.0, in: ending.1)
        return WireReply(json(of: table.jobs.first { $0.id == id } ?? job))
    }

    func list(_ location: String, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        let isFirst = (call.query["pageToken"] ?? "").isEmpty
        let filter = try JobFilter(call.query["filter"] ?? "")
        let jobs = table.listed(script: script, isFirstPage: isFirst).filter { job in
            kept[job.id]?.location == location && filter.takes(job, displayName: kept[job.id]?.displayName ?? "")
        }
        let (page, next) = try GoogleStatusText.page(
            jobs, call, standard: 100, longest: script.longestPage, repeats: script.repeatPage)
        var members: [(String, WireJSON)] = []
        if !page.isEmpty { members.append(("batchPredictionJobs", .array(page.map(json)))) }
        if let next { members.append(("nextPageToken", next)) }
        return WireReply(.object(members))
    }

    func cancel(_ id: String) throws(GoogleRefusal) -> WireReply {
        guard let job = table.jobs.first(where: { $0.id == id }) else {
            throw .notFound("The BatchPredictionJob \(id) was not found.")
        }
        guard !FinalStatus.all.contains(job.status) else {
            throw .precondition("The BatchPredictionJob is in a state that cannot be cancelled.")
        }
        _ = table.cancel(id)
        return WireReply([:])
    }

    /// Writes the answers of an ending job to the bucket, including what was done before an early end.
    func end(_ job: SimulatedBatchState, in status: String) {
        guard status != "failed", let own = kept[job.id] else { return }
        let parts = own.model.split(separator: "/").map(String.init)
        let results = VertexResults(
            job.ending(in: status, script: script, ledger: ledger), model: parts.last ?? own.model,
            form: VertexForm(model: own.model), validates: script.validates)
        var shaped = SimulatedFiles(
            batch: job.publicView, status: status, output: results.lines.isEmpty ? nil : Lines.join(results.lines),
            error: nil,
            counts: SimulatedCounts(total: job.lines.count, completed: results.succeeded, failed: results.failed))
        script.shapeFiles?(&shaped)
        table.change(job.id) { $0.counts = shaped.counts }
        let folder = own.outputPrefix + "/prediction-model-2026-01-01T00:10:00.000000Z"
        kept[job.id]?.outputFolder = folder
        guard let bytes = shaped.error.map({ (shaped.output ?? Data()) + $0 }) ?? shaped.output else { return }
        write(bytes, into: folder)
    }

    private func write(_ bytes: Data, into folder: String) {
        let count = max(1, script.resultShards)
        let lines = Lines.split(bytes)
        let bucket = folder.dropFirst(5).split(separator: "/").first.map(String.init) ?? ""
        for shard in 0..<count {
            let part =
                count == 1
                ? bytes : Lines.join(lines.enumerated().filter { $0.offset % count == shard }.map { Data($0.element) })
            let number = String(100_000 + shard).dropFirst(1)
            let name = count == 1 ? "predictions.jsonl" : "predictions-\(number).jsonl"
            objects.append(
                HeldObject(
                    bucket: bucket, name: String(folder.dropFirst(6 + bucket.count)) + "/" + name,
                    type: "application/jsonl", bytes: part))
        }
    }

    private func json(of job: SimulatedBatchState) -> WireJSON {
        let own = kept[job.id]
        let isDone = FinalStatus.all.contains(job.status)
        var members: [(String, WireJSON)] = [
            ("name", .string(job.id)), ("displayName", .string(own?.displayName ?? "")),
            ("model", .string(own?.model ?? "")),
            (
                "inputConfig",
                ["instancesFormat": "jsonl", "gcsSource": ["uris": [.string(job.inputFileID)]]]
            ),
            (
                "outputConfig",
                [
                    "predictionsFormat": "jsonl",
                    "gcsDestination": ["outputUriPrefix": .string(own?.outputPrefix ?? "")],
                ]
            ),
            ("state", .string(GoogleStatusText.state(job.status, prefix: "JOB_STATE_"))),
            ("createTime", microseconds(job.createdAt)), ("updateTime", microseconds(Fingerprint.now)),
            ("labels", .init(job.metadata ?? [:])), ("modelVersionId", "1"),
        ]
        guard isDone else { return .object(members) }
        members.append(("startTime", microseconds(job.createdAt)))
        members.append(("endTime", microseconds(job.stamps[job.status] ?? job.createdAt)))
        if let folder = own?.outputFolder { members.append(("outputInfo", ["gcsOutputDirectory": .string(folder)])) }
        if let counts = job.counts { members.append(("completionStats", stats(counts))) }
        if job.status == "failed" {
            let code = Int(job.problems.first?.code ?? "") ?? 13
            let message = job.problems.first?.message ?? "The job failed."
            members.append(("error", ["code": .int(code), "message": .string(message)]))
        }
        return .object(members)
    }

    private func microseconds(_ seconds: Int) -> WireJSON {
        .string(Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601).dropLast() + ".123456Z")
    }

    private func stats(_ counts: SimulatedCounts) -> WireJSON {
        let open = counts.total &- counts.completed &- counts.failed
        return [
            "successfulCount": .string(String(counts.completed)), "failedCount": .string(String(counts.failed)),
            "incompleteCount": .string(String(open)),
        ]
    }
}
