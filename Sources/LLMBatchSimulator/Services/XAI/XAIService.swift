import Foundation

/// xAI's Files and Batch API behind the wire.
///
/// Source: docs.x.ai, "Batch API"; xai-sdk 1.21.0 `proto/v6/batch_pb2.pyi`.
actor XAIService: TableService {
    private let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var table = JobTable()
    private var files: [SimulatedFile] = []
    private var ended: [String: EndedJob] = [:]
    private var checks: [String: BatchInputCheck] = [:]

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? {
        let parts = call.path.split(separator: "/").map(String.init)
        switch (call.method, parts.count, parts.prefix(2).joined(separator: "/"), parts.last ?? "") {
        case ("POST", 2, "v1/files", _): return MatchedRoute(.uploadFile)
        case ("GET", 2, "v1/files", _): return MatchedRoute(.listFiles)
        case ("POST", 2, "v1/batches", _): return MatchedRoute(.createBatch)
        case ("GET", 2, "v1/batches", _): return MatchedRoute(.listBatches)
        case ("GET", 3, "v1/batches", let id): return MatchedRoute(.getBatch, id: id)
        case ("GET", 4, "v1/batches", "results"): return MatchedRoute(.fileContent, id: parts[2])
        case ("POST", 3, "v1/batches", let last) where last.hasSuffix(":cancel"):
            return MatchedRoute(.cancelBatch, id: String(last.dropLast(":cancel".count)))
        default: return nil
        }
    }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply { Self.refusal(404, "not found") }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        if let key = script.apiKey, call.headers["authorization"] != "Bearer \(key)" {
            return Self.refusal(401, "Incorrect API key provided")
        }
        return switch matched.route {
        case .uploadFile: upload(call)
        case .listFiles: page(call, member: "data", files.map { file in (file.id, show(file)) })
        case .createBatch: create(call)
        case .getBatch: get(matched.id)
        case .listBatches: list(call)
        case .cancelBatch: cancel(matched.id)
        case .fileContent: results(matched.id, call)
        default: unknown(call)
        }
    }

    private static func refusal(_ status: Int, _ message: String) -> WireReply {
        WireReply(["code": "error", "error": .string(message)], status: status)
    }

    private func show(_ file: SimulatedFile) -> WireJSON {
        ["id": .string(file.id), "filename": .string(file.filename), "size_bytes": .int(file.bytes.count)]
    }

    private func upload(_ call: IncomingCall) -> WireReply {
        guard let form = MultipartForm(contentType: call.headers["content-type"] ?? "", body: call.body),
            let part = form.parts.first(where: { $0.name == "file" }), let name = part.filename
        else { return Self.refusal(400, "file is required") }
        if form.field("purpose") != nil { return Self.refusal(400, "unknown field purpose") }
        let file = SimulatedFile(
            id: "file_sim\(table.nextNumber())", filename: name, purpose: "", bytes: Data(part.bytes),
            createdAt: Fingerprint.now, expiresAt: nil)
        files.append(file)
        ledger.recordUpload(
            LedgerUpload(
                fileID: file.id, filename: name, purpose: "", size: file.bytes.count,
                sha256: Fingerprint.sha256(file.bytes), expiresAfterSeconds: nil))
        return WireReply(show(file))
    }

    private func create(_ call: IncomingCall) -> WireReply {
        guard let object = ReadJSON.object(call.body), let name = object["name"] as? String, object.count == 2,
            let file = files.first(where: { $0.id == object["input_file_id"] as? String })
        else { return Self.refusal(400, "name and input_file_id are required") }
        if scriptState.change({ $0.createIsTokenLimited() }) { return Self.refusal(429, "too many queued requests") }
        let check = BatchInputCheck(file: file.bytes, endpoint: "/v1/chat/completions", .openAI)
        let id = "batch_sim\(table.nextNumber())"
        checks[id] = check
        let job = table.add(
            SimulatedBatchState(
                id: id, endpoint: "/v1/chat/completions", inputFileID: file.id, metadata: ["name": name],
                lines: check.lines, problems: [], outputLifetime: nil), script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: id, inputFileID: file.id, inputFilename: file.filename,
                inputSHA256: Fingerprint.sha256(file.bytes), endpoint: job.endpoint, metadata: job.metadata ?? [:],
                customIDs: job.lines.map(\.customID)))
        return WireReply(json(job))
    }

    private func get(_ id: String) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        guard case .job(let job) = table.look(at: id, script: script, end: { ending = ($0, $1) }) else {
            return Self.refusal(404, "batch not found")
        }
        if let ending { end(ending.0, in: ending.1) }
        return WireReply(json(job))
    }

    private func list(_ call: IncomingCall) -> WireReply {
        let jobs = table.listed(script: script, isFirstPage: call.query["pagination_token"] == nil)
        return page(call, member: "batches", jobs.map { ($0.id, json($0)) }, repeats: script.repeatPage)
    }

    private func cancel(_ id: String) -> WireReply {
        guard let job = table.jobs.first(where: { $0.id == id }) else { return Self.refusal(404, "batch not found") }
        guard !FinalStatus.all.contains(job.status) else { return Self.refusal(400, "batch has ended") }
        return WireReply(json(table.cancel(id) ?? job))
    }

    private func results(_ id: String, _ call: IncomingCall) -> WireReply {
        guard table.jobs.contains(where: { $0.id == id }) else { return Self.refusal(404, "batch not found") }
        let results = (ended[id] ?? EndedJob()).results.enumerated().map { index, bytes in
            ("r\(index)", WireJSON.verbatim(String(decoding: bytes, as: UTF8.self)))
        }
        return page(call, member: "results", results)
    }

    private func page(
        _ call: IncomingCall, member: String, _ items: [(id: String, json: WireJSON)], repeats: Bool = false
    ) -> WireReply {
        guard let limit = Int(call.query["limit"] ?? "100"), (1...100).contains(limit) else {
            return Self.refusal(400, "limit must be from 1 to 100")
        }
        let token = repeats ? nil : call.query["pagination_token"]
        let start = token.flatMap { token in items.firstIndex { $0.id == token } }.map { $0 + 1 } ?? 0
        let shown = items[min(start, items.count)...].prefix(min(limit, script.longestPage ?? limit))
        let hasMore = repeats || start + shown.count < items.count
        // Empty members are left out, as in objects from protocol buffers.
        let list: [(String, WireJSON)] = shown.isEmpty ? [] : [(member, .array(shown.map(\.json)))]
        return WireReply(.object(list + [("pagination_token", .init(hasMore ? shown.last?.id : nil))]))
    }

    func end(_ job: SimulatedBatchState, in status: String) {
        var own = EndedJob()
        for line in job.ending(in: status, script: script, ledger: ledger) {
            var answer = line.answer.map { WireAnswer($0, to: line.request) } ?? .none
            if line.answer == nil, status == "cancelled" {
                answer = .error(status: 1, code: nil, message: "cancelled", type: "")
            }
            let id: WireJSON = .string(line.request.customID)
            switch answer {
            case .body(let status, let json):
                own.succeeded += status == 200 ? 1 : 0
                own.failed += status == 200 ? 0 : 1
                let result: WireJSON = [
                    "batch_request_id": id,
                    "batch_result": [
                        "response": ["chat_get_completion": .verbatim(json)], "error": ["code": 0, "message": ""],
                    ],
                ]
                own.results.append(Data(result.text.utf8))
            case .error(let status, _, let message, _):
                own.failed += 1
                let code = [1: 1, 408: 4, 429: 8, 500: 13, 503: 14][status] ?? 3
                let result: WireJSON = [
                    "batch_request_id": id,
                    "batch_result": ["error": ["code": .int(code), "message": .string(message)]],
                    "error_message": .string(message),
                ]
                own.results.append(Data(result.text.utf8))
            case .raw(let bytes): own.results.append(bytes)
            case .none: break
            }
        }
        ended[job.id] = own
    }

    /// There is no status, only counters and times.
    private func json(_ job: SimulatedBatchState) -> WireJSON {
        let own = ended[job.id] ?? EndedJob()
        let total = job.lines.count
        let pending =
            switch job.status {
            case "completed", "cancelled": 0
            case "in_progress", "finalizing": max(1, total - 1)
            case "expired": max(1, total - own.succeeded - own.failed)
            default: total
            }
        let isCancelled = job.status == "cancelled" || job.status == "cancelling"
        let end = job.status == "expired" ? job.createdAt - 3600 : job.createdAt + 86_400
        return [
            "batch_id": .string(job.id), "name": .init(job.metadata?["name"]), "create_time": time(job.createdAt),
            "expire_time": time(end), "cancel_time": isCancelled ? time(job.createdAt) : nil,
            "cancel_by_xai_message": nil, "create_api_key_id": "k", "input_file_id": .string(job.inputFileID),
            "state": [
                "num_requests": .int(total), "num_pending": .int(pending), "num_success": .int(own.succeeded),
                "num_error": .int(own.failed), "num_cancelled": 0,
            ],
        ]
    }

    private func time(_ seconds: Int) -> WireJSON {
        .string(Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601))
    }
}

extension ProviderSimulator.Kind {
    /// xAI. Source: docs.x.ai, "Batch API".
    public static let xAI = Self(name: "xai", root: "/v1") { XAIService(ledger: $0, scriptState: $1) }
}
