import Foundation

/// The Batch API.
extension GeminiService {
    func create(_ model: String, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        guard let batch = ReadJSON.object(call.body)?["batch"] as? [String: Any],
            let source = (batch["inputConfig"] ?? batch["input_config"]) as? [String: Any]
        else { throw .invalid("batch.inputConfig is required.") }
        let name = (batch["displayName"] ?? batch["display_name"]) as? String ?? ""
        guard !name.isEmpty else { throw .invalid("batch.displayName is required.") }
        let form = GeminiForm(call.path)
        let (input, file) = try read(source, form, bodySize: call.body.count)
        let isTokenLimited = scriptState.change { $0.createIsTokenLimited() }
        let id = "batches/sim\(table.nextNumber())"
        kept[id] = KeptJob(model: model, displayName: name, isInline: file == nil, form: form)
        var job = SimulatedBatchState(
            id: id, endpoint: form.endpoint, inputFileID: file?.id ?? "",
            metadata: ["displayName": name], lines: input.lines, problems: script.validates ? input.problems : [],
            outputLifetime: nil)
        if isTokenLimited {
            job.problems = [BatchProblem(code: "8", message: "Enqueued tokens of this model exceed the quota.")]
        }
        job = table.add(job, script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: id, inputFileID: file?.id ?? "", inputFilename: file?.displayName ?? "",
                inputSHA256: Fingerprint.sha256(file?.bytes ?? call.body), endpoint: job.endpoint,
                metadata: ["displayName": name], customIDs: job.lines.map(\.customID)))
        return WireReply(operation(job, withAnswers: true))
    }

    func get(_ id: String) throws(GoogleRefusal) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        guard case .job(let job) = table.look(at: id, script: script, end: { ending = ($0, $1) }) else {
            throw .notFound("Batch \(id) was not found.")
        }
        guard let ending else { return WireReply(operation(job, withAnswers: true)) }
        end(ending.0, in: ending.1)
        return WireReply(operation(table.jobs.first { $0.id == id } ?? job, withAnswers: true))
    }

    func list(_ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        let isFirst = (call.query["pageToken"] ?? "").isEmpty
        let jobs = table.listed(script: script, isFirstPage: isFirst)
        let (page, next) = try GoogleStatusText.page(
            jobs, call, standard: 50, longest: script.longestPage, repeats: script.repeatPage)
        var json: [(String, WireJSON)] = []
        if !page.isEmpty { json.append(("operations", .array(page.map { operation($0, withAnswers: false) }))) }
        if let next { json.append(("nextPageToken", next)) }
        return WireReply(.object(json))
    }

    func cancel(_ id: String) throws(GoogleRefusal) -> WireReply {
        guard let job = table.jobs.first(where: { $0.id == id }) else { throw .notFound("Batch \(id) was not found.") }
        guard !FinalStatus.all.contains(job.status) else { throw .precondition("The batch has ended.") }
        _ = table.cancel(id)
        return WireReply([:])
    }

    /// Creates the results of an ending job. Only a completed job has any.
    func end(_ job: SimulatedBatchState, in status: String) {
        guard status == "completed", let own = kept[job.id] else { return }
        let model = own.model.split(separator: "/").last.map(String.init) ?? own.model
        let results = GeminiResults(job.ending(in: status, script: script, ledger: ledger), model: model, own.form)
        var shaped = SimulatedFiles(
            batch: job.publicView, status: status, output: results.lines.isEmpty ? nil : Lines.join(results.lines),
            error: nil,
            counts: SimulatedCounts(total: job.lines.count, completed: results.succeeded, failed: results.failed))
        script.shapeFiles?(&shaped)
        table.change(job.id) { $0.counts = shaped.counts }
        kept[job.id]?.results = results
        // Errors go to the only result file.
        let bytes = shaped.error.map { (shaped.output ?? Data()) + $0 } ?? shaped.output
        guard !own.isInline, let bytes else { return }
        let file = HeldFile(
            id: "files/batch-\(job.id.dropFirst(8))", displayName: "", type: "application/jsonl", bytes: bytes,
            isOutput: true)
        files.append(file)
        table.change(job.id) { $0.outputFileID = file.id }
    }

    private func read(
        _ source: [String: Any], _ form: GeminiForm, bodySize: Int
    ) throws(GoogleRefusal) -> (GeminiInput, HeldFile?) {
        if let requests = (source["requests"] as? [String: Any])?["requests"] as? [[String: Any]] {
            guard bodySize < 20_000_000 else {
                throw .invalid("Request payload size exceeds the limit: 20971520 bytes.")
            }
            return (GeminiInput(inlined: requests, form), nil)
        }
        guard let name = (source["fileName"] ?? source["file_name"]) as? String else {
            throw .invalid("batch.inputConfig must have a source.")
        }
        createsPerFile[name, default: 0] += 1
        guard createsPerFile[name, default: 0] > script.fileRace else {
            throw .precondition("The File \(name) is not in an ACTIVE state and usage is not allowed.")
        }
        let file = try file(name)
        return (GeminiInput(file: file.bytes, form), file)
    }

    private func operation(_ job: SimulatedBatchState, withAnswers: Bool) -> WireJSON {
        let own = kept[job.id]
        let isDone = FinalStatus.all.contains(job.status)
        let type = "type.googleapis.com/google.ai.generativelanguage.v1beta.\((own?.form ?? .generate).type)"
        var metadata: [(String, WireJSON)] = [
            ("@type", .string(type)), ("model", .string(own?.model ?? "")),
            ("displayName", .string(own?.displayName ?? "")), ("name", .string(job.id)),
            ("createTime", GoogleStatusText.time(job.createdAt)),
            ("updateTime", GoogleStatusText.time(Fingerprint.now)),
            ("state", .string(GoogleStatusText.state(job.status, prefix: "BATCH_STATE_"))), ("priority", "0"),
        ]
        if !job.inputFileID.isEmpty { metadata.append(("inputConfig", ["fileName": .string(job.inputFileID)])) }
        if let stats = stats(job) { metadata.append(("batchStats", stats)) }
        if isDone { metadata.append(("endTime", GoogleStatusText.time(job.stamps[job.status] ?? job.createdAt))) }
        let output = output(job, own, withAnswers: withAnswers)
        if let output { metadata.append(("output", output)) }
        var json: [(String, WireJSON)] = [("name", .string(job.id)), ("metadata", .object(metadata))]
        if isDone { json.append(("done", true)) }
        if job.status == "failed" {
            let problem = job.problems.first
            let error: WireJSON = [
                "code": .int(Int(problem?.code ?? "") ?? 13),
                "message": .string(problem?.message ?? "The batch failed."),
            ]
            json.append(("error", error))
        } else if let output {
            json.append(("response", output))
        }
        return .object(json)
    }

    private func output(_ job: SimulatedBatchState, _ own: KeptJob?, withAnswers: Bool) -> WireJSON? {
        if let file = job.outputFileID { return ["responsesFile": .string(file)] }
        guard withAnswers, own?.isInline == true, let results = own?.results else { return nil }
        let answers = results.lines.map { line -> WireJSON in
            // The same members, with the key in the metadata.
            var object = ReadJSON.object(line) ?? [:]
            object["metadata"] = object.removeValue(forKey: "key").map { ["key": $0] }
            let data = (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) ?? Data("{}".utf8)
            return .verbatim(String(decoding: data, as: UTF8.self))
        }
        let member = own?.form == .embed ? "inlinedEmbedContentResponses" : "inlinedResponses"
        let inlined: WireJSON = ["inlinedResponses": .array(answers)]
        return .object([(member, inlined)])
    }

    private func stats(_ job: SimulatedBatchState) -> WireJSON? {
        guard let counts = job.counts, counts.total > 0 else { return nil }
        let pending = counts.total &- counts.completed &- counts.failed
        let members = [
            ("requestCount", counts.total), ("successfulRequestCount", counts.completed),
            ("failedRequestCount", counts.failed), ("pendingRequestCount", pending),
        ]
        return .object(members.filter { $0.1 > 0 }.map { ($0.0, .string(String($0.1))) })
    }
}
