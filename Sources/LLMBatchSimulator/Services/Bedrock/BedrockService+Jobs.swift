import Foundation

/// Model invocation jobs.
extension BedrockService {
    func create(_ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        guard let body = ReadJSON.object(call.body) else { throw .validation("The body is not JSON.") }
        let token = body["clientRequestToken"] as? String
        if let token, let arn = kept.first(where: { $0.value.token == token })?.key {
            return WireReply(["jobArn": .string(arn)])
        }
        let own = try job(body, token: token)
        let (uri, file) = try input(body)
        if scriptState.change({ $0.createIsTokenLimited() }) {
            throw AWSRefusal(
                code: "ServiceQuotaExceededException",
                message:
                    "Your account has reached the maximum number of in progress and submitted batch inference jobs.")
        }
        let input = BedrockInput(file, atLeast: account.minimumRecords)
        let number = String(table.nextNumber())
        let id = "sim" + String(repeating: "0", count: 9 - number.count) + number
        let arn = "arn:aws:bedrock:\(account.region):\(account.accountID):model-invocation-job/\(id)"
        kept[arn] = own
        let held = table.add(
            SimulatedBatchState(
                id: arn, endpoint: "/v1/chat/completions", inputFileID: uri, metadata: ["jobName": own.name],
                lines: input.lines, problems: script.validates ? input.problems : [], outputLifetime: nil),
            script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: arn, inputFileID: uri, inputFilename: String(uri.split(separator: "/").last ?? ""),
                inputSHA256: Fingerprint.sha256(file), endpoint: held.endpoint, metadata: ["jobName": own.name],
                customIDs: held.lines.map(\.customID)))
        return WireReply(["jobArn": .string(arn)])
    }

    private func job(_ body: [String: Any], token: String?) throws(AWSRefusal) -> KeptJob {
        guard let name = body["jobName"] as? String,
            name.wholeMatch(of: /[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}/) != nil, name.count <= 63
        else { throw .validation("Value at 'jobName' failed to satisfy constraint") }
        guard !kept.values.contains(where: { $0.name == name }) else {
            throw AWSRefusal(code: "ConflictException", message: "A job named \(name) already exists.")
        }
        guard token.map({ $0.wholeMatch(of: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}/) != nil }) ?? true else {
            throw .validation("Value at 'clientRequestToken' failed to satisfy constraint")
        }
        guard let role = body["roleArn"] as? String, role.hasPrefix("arn:aws:iam::\(account.accountID):role/"),
            account.roles[role.split(separator: "/").last.map(String.init) ?? ""] != nil
        else { throw .validation("Invalid service role: Bedrock is not able to assume it.") }
        guard let model = body["modelId"] as? String, !model.isEmpty else {
            throw .validation("The provided model identifier is invalid.")
        }
        let output = (body["outputDataConfig"] as? [String: Any])?["s3OutputDataConfig"] as? [String: Any]
        guard let uri = output?["s3Uri"] as? String, uri.hasPrefix("s3://") else {
            throw .validation("An output location is required.")
        }
        let hours = body["timeoutDurationInHours"] as? Int ?? 24
        guard (24...168).contains(hours) else { throw .validation("Value at 'timeoutDurationInHours' is out of range") }
        return KeptJob(
            name: name, token: token, model: model, role: role, output: uri.hasSuffix("/") ? uri : uri + "/",
            hours: hours, type: body["modelInvocationType"] as? String ?? "InvokeModel")
    }

    private func input(_ body: [String: Any]) throws(AWSRefusal) -> (uri: String, bytes: Data) {
        let config = (body["inputDataConfig"] as? [String: Any])?["s3InputDataConfig"] as? [String: Any]
        guard let uri = config?["s3Uri"] as? String, uri.wholeMatch(of: /s3:\/\/[A-Za-z0-9\-!_*'().\/]+/) != nil else {
            throw .validation("An input location is required.")
        }
        guard let object = storage[String(uri.dropFirst(5))] else {
            throw .validation("Cannot find the input at \(uri).")
        }
        return (uri, object.bytes)
    }

    private func arn(_ id: String) -> String {
        id.hasPrefix("arn:") ? id : "arn:aws:bedrock:\(account.region):\(account.accountID):model-invocation-job/\(id)"
    }

    private static func notFound(_ id: String) -> AWSRefusal {
        AWSRefusal(status: 404, code: "ResourceNotFoundException", message: "Could not find the job \(id).")
    }

    func get(_ id: String) throws(AWSRefusal) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        let arn = arn(id)
        guard case .job(let job) = table.look(at: arn, script: script, end: { ending = ($0, $1) }) else {
            throw Self.notFound(id)
        }
        if let ending { end(ending.0, in: ending.1) }
        return WireReply(json(table.jobs.first { $0.id == arn } ?? job))
    }

    func list(_ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        let cursor = call.query["nextToken"] ?? ""
        guard cursor.isEmpty || Int(cursor) != nil else { throw .validation("The nextToken is invalid.") }
        let size = Int(call.query["maxResults"] ?? "") ?? 100
        guard (1...1000).contains(size) else { throw .validation("Value at 'maxResults' is out of range") }
        var jobs = table.listed(script: script, isFirstPage: cursor.isEmpty).filter { fits($0, call.query) }
        if call.query["sortOrder"] == "Ascending" { jobs.reverse() }
        let start = script.repeatPage ? 0 : min(Int(cursor) ?? 0, jobs.count)
        let end = min(jobs.count, start + min(size, script.longestPage ?? size))
        var reply: [(String, WireJSON)] = [("invocationJobSummaries", .array(jobs[start..<end].map(json)))]
        if script.repeatPage {
            reply.append(("nextToken", "1"))
        } else if end < jobs.count {
            reply.append(("nextToken", .string(String(end))))
        }
        return WireReply(.object(reply))
    }

    private func fits(_ job: SimulatedBatchState, _ query: [String: String]) -> Bool {
        func time(_ name: String) -> Int? {
            query[name].flatMap { try? Date($0, strategy: .iso8601) }.map { Int($0.timeIntervalSince1970) }
        }
        if let name = query["nameContains"], kept[job.id]?.name.contains(name) != true { return false }
        if let status = query["statusEquals"], word(job) != status { return false }
        if let after = time("submitTimeAfter"), job.createdAt < after { return false }
        if let before = time("submitTimeBefore"), job.createdAt > before { return false }
        return true
    }

    func stop(_ id: String) throws(AWSRefusal) -> WireReply {
        guard let job = table.jobs.first(where: { $0.id == arn(id) }) else { throw Self.notFound(id) }
        guard !FinalStatus.all.contains(job.status) else {
            throw AWSRefusal(code: "ConflictException", message: "The job is in a final state.")
        }
        _ = table.cancel(job.id)
        return WireReply([:])
    }

    /// Creates the results of an ending job. A job that fails, or expires before it started, has none.
    func end(_ job: SimulatedBatchState, in status: String) {
        guard let own = kept[job.id] else { return }
        if status == "failed" { kept[job.id]?.message = job.problems.first?.message ?? "The job failed." }
        let results = BedrockResults(
            job.ending(in: status, script: script, ledger: ledger), model: own.model, validates: script.validates)
        var shaped = SimulatedFiles(
            batch: job.publicView, status: status, output: results.lines.isEmpty ? nil : Lines.join(results.lines),
            error: nil,
            counts: SimulatedCounts(total: job.lines.count, completed: results.succeeded, failed: results.failed))
        let counts = shaped.counts
        script.shapeFiles?(&shaped)
        table.change(job.id) { $0.counts = shaped.counts }
        // Errors go to the only result file.
        guard let bytes = shaped.error.map({ (shaped.output ?? Data()) + $0 }) ?? shaped.output else { return }
        let folder = String(own.output.dropFirst(5)) + (job.id.split(separator: "/").last ?? "") + "/"
        let name = job.inputFileID.split(separator: "/").last ?? ""
        storage[folder + name + ".out"] = ObjectStore.Object(bytes: bytes)
        storage[folder + "manifest.json.out"] = ObjectStore.Object(
            // If the job reports no counts, the manifest counts what was written.
            bytes: Data(manifest(shaped.counts ?? (bytes.isEmpty ? nil : counts), results).text.utf8))
        table.change(job.id) { $0.outputFileID = "s3://" + folder + name + ".out" }
    }

    /// The manifest of an ended job, with the given counts or without any.
    private func manifest(_ counts: SimulatedCounts?, _ results: BedrockResults) -> WireJSON {
        guard let counts else { return ["inputTokenCount": .int(14 * results.succeeded)] }
        return [
            "totalRecordCount": .int(counts.total), "processedRecordCount": .int(results.lines.count),
            "successRecordCount": .int(counts.completed), "errorRecordCount": .int(counts.failed),
            "inputTokenCount": .int(14 * results.succeeded), "outputTokenCount": .int(5 * results.succeeded),
        ]
    }

    /// The service's name for a canonical status; any other status is shown unchanged.
    private func word(_ job: SimulatedBatchState) -> String {
        switch job.status {
        case "validating": "Validating"
        case "in_progress", "finalizing": "InProgress"
        case "completed": "Completed"
        case "failed": "Failed"
        case "expired": job.outputFileID == nil ? "Expired" : "PartiallyCompleted"
        case "cancelling": "Stopping"
        case "cancelled": "Stopped"
        default: job.status
        }
    }

    private func json(_ job: SimulatedBatchState) -> WireJSON {
        guard let own = kept[job.id] else { return [:] }
        var json: [(String, WireJSON)] = [
            ("jobArn", .string(job.id)), ("jobName", .string(own.name)), ("modelId", .string(own.model)),
            ("roleArn", .string(own.role)), ("status", .string(word(job))),
            ("submitTime", .string(Self.time(job.createdAt))),
            ("lastModifiedTime", .string(Self.time(Fingerprint.now))),
            ("inputDataConfig", ["s3InputDataConfig": ["s3Uri": .string(job.inputFileID), "s3InputFormat": "JSONL"]]),
            ("outputDataConfig", ["s3OutputDataConfig": ["s3Uri": .string(own.output)]]),
            ("timeoutDurationInHours", .int(own.hours)), ("modelInvocationType", .string(own.type)),
            ("jobExpirationTime", .string(Self.time(job.createdAt + own.hours * 3600))),
        ]
        if let token = own.token { json.append(("clientRequestToken", .string(token))) }
        if let message = own.message { json.append(("message", .string(message))) }
        if let counts = job.counts, counts.total > 0 {
            json += [
                ("totalRecordCount", .int(counts.total)), ("successRecordCount", .int(counts.completed)),
                ("errorRecordCount", .int(counts.failed)),
                ("processedRecordCount", .int(counts.completed &+ counts.failed)),
            ]
        }
        if FinalStatus.all.contains(job.status) {
            json.append(("endTime", .string(Self.time(job.stamps[job.status] ?? job.createdAt))))
        }
        return .object(json)
    }
}
