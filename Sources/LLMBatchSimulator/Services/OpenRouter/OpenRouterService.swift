import Foundation

/// OpenRouter's Batch API behind the wire.
///
/// Source: openrouter.ai/docs, "Batch API"; openrouter 1.3.84, which works with it unchanged.
actor OpenRouterService: TableService {
    private let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    var table = JobTable()
    private var ended: [String: EndedJob] = [:]
    /// The ids of all jobs ever created.
    private var made: Set<String> = []

    init(ledger: SimulatorLedger, scriptState: ScriptHolder) {
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? {
        let parts = call.path.split(separator: "/").map(String.init)
        guard parts.starts(with: ["api", "v1", "batches"]) else { return nil }
        return switch (call.method, parts.count) {
        case ("POST", 3): MatchedRoute(.createBatch)
        case ("GET", 3): MatchedRoute(.listBatches)
        case ("GET", 4): MatchedRoute(.getBatch, id: parts[3])
        default: nil
        }
    }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply { Self.refusal(404, "Not Found") }

    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        if let key = script.apiKey, call.headers["authorization"] != "Bearer \(key)" {
            return Self.refusal(401, "No auth credentials found")
        }
        return switch matched.route {
        case .createBatch: create(call)
        case .getBatch: get(matched.id)
        case .listBatches: list(call)
        default: unknown(call)
        }
    }

    private static func refusal(_ status: Int, _ message: String) -> WireReply {
        WireReply(["error": ["code": .int(status), "message": .string(message)]], status: status)
    }

    /// The service parses the call while it arrives, so `requests` must be the last member.
    private func create(_ call: IncomingCall) -> WireReply {
        guard let object = ReadJSON.object(call.body), let endpoint = object["endpoint"] as? String,
            let model = object["model"] as? String, let requests = object["requests"] as? [[String: Any]]
        else { return Self.refusal(400, "endpoint, model and requests are required") }
        let place = call.body.range(of: "\"requests\":", from: call.body.startIndex)?.lowerBound ?? 0
        for member in ["\"endpoint\":", "\"model\":"] {
            guard let found = call.body.range(of: member, from: call.body.startIndex), found.lowerBound < place else {
                return Self.refusal(400, "\(member) must precede requests")
            }
        }
        guard ["/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/embeddings"].contains(endpoint) else {
            return Self.refusal(400, "unknown endpoint")
        }
        guard requests.count <= 5000 else { return Self.refusal(413, "more than 5000 requests") }
        if scriptState.change({ $0.createIsTokenLimited() }) { return Self.refusal(429, "too many queued requests") }
        let id = "batch_sim\(table.nextNumber())"
        made.insert(id)
        let (lines, problems) = input(requests)
        let job = table.add(
            SimulatedBatchState(
                id: id, endpoint: endpoint, inputFileID: "", metadata: ["model": model], lines: lines,
                problems: script.validates ? problems : [], outputLifetime: nil), script: script)
        ledger.recordJob(
            LedgerJob(
                batchID: id, inputFileID: "", inputFilename: "", inputSHA256: Fingerprint.sha256(call.body),
                endpoint: endpoint, metadata: [:], customIDs: lines.map(\.customID)))
        return WireReply(json(job, withResults: true), status: 202)
    }

    private func input(_ requests: [[String: Any]]) -> ([InputLine], [BatchProblem]) {
        var lines: [InputLine] = []
        var problems: [BatchProblem] = []
        for (index, request) in requests.enumerated() {
            let id = request["custom_id"] as? String ?? ""
            let body = request["body"] as? [String: Any]
            if id.isEmpty || id.utf8.count > 64 || body == nil || body?["model"] != nil || request.count != 2 {
                problems.append(BatchProblem(code: "400", message: "request \(index) is not valid", line: index + 1))
            }
            let source = (try? JSONSerialization.data(withJSONObject: request, options: [.sortedKeys])) ?? Data()
            lines.append(InputLine(customID: id, model: nil, index: index, source: source))
        }
        return (lines, problems)
    }

    private func get(_ id: String) -> WireReply {
        var ending: (SimulatedBatchState, String)?
        guard case .job(let job) = table.look(at: id, script: script, end: { ending = ($0, $1) }) else {
            let isDeleted = made.contains(id) && !table.jobs.contains { $0.id == id }
            return isDeleted ? Self.refusal(410, "Batch has been deleted") : Self.refusal(404, "Batch not found")
        }
        if let ending { end(ending.0, in: ending.1) }
        return WireReply(json(job, withResults: true))
    }

    private func list(_ call: IncomingCall) -> WireReply {
        guard let limit = Int(call.query["limit"] ?? "20"), (1...100).contains(limit) else {
            return Self.refusal(400, "limit must be from 1 to 100")
        }
        let after = script.repeatPage ? nil : call.query["after"]
        if after == nil {
            // Moves time on for callers that use only the list, because they lost the response to a create call.
            var endings: [(SimulatedBatchState, String)] = []
            table.advance(script: script) { endings.append(($0, $1)) }
            for (job, status) in endings { end(job, in: status) }
        }
        let shown = table.listed(script: script, isFirstPage: call.query["after"] == nil)
        guard let page = try? ListingPage(shown, after: after, limit: min(limit, script.longestPage ?? limit), id: \.id)
        else {
            return Self.refusal(400, "after: no such batch")
        }
        return WireReply(page.json(alwaysMore: script.repeatPage) { json($0, withResults: false) })
    }

    func end(_ job: SimulatedBatchState, in status: String) {
        var own = EndedJob()
        for line in job.ending(in: status, script: script, ledger: ledger) {
            let answer = line.answer.map { WireAnswer($0, to: line.request) } ?? .none
            let name: WireJSON = .string(line.request.customID)
            func add(_ response: WireJSON, _ error: WireJSON) {
                let result: WireJSON = [
                    "id": .string("res_\(own.results.count)"), "custom_id": name, "response": response, "error": error,
                ]
                own.results.append(Data(result.text.utf8))
            }
            switch answer {
            case .body(let status, let json):
                own.succeeded += status == 200 ? 1 : 0
                own.failed += status == 200 ? 0 : 1
                // The upstream provider's own reason is next to the usual one.
                let body = json.replacing(
                    "\"finish_reason\":", with: "\"native_finish_reason\":\"STOP\",\"finish_reason\":")
                add(["status_code": .int(status), "request_id": "req", "body": .verbatim(body)], nil)
            case .error(_, let code, let message, let type):
                own.failed += 1
                add(nil, ["message": .string(message), "type": .string(code ?? type), "param": nil])
            case .raw(let bytes): own.results.append(bytes)
            case .none: break
            }
        }
        ended[job.id] = own
    }

    private func json(_ job: SimulatedBatchState, withResults: Bool) -> WireJSON {
        let isDone = FinalStatus.all.contains(job.status)
        let own = ended[job.id] ?? EndedJob()
        let results = own.results.map { WireJSON.verbatim(String(decoding: $0, as: UTF8.self)) }
        return [
            "id": .string(job.id), "object": "batch", "endpoint": .string(job.endpoint),
            "model": .init(job.metadata?["model"]), "status": .string(job.status), "completion_window": "24h",
            "created_at": .int(job.createdAt),
            "finalized_at": .init(job.stamps[job.status].flatMap { isDone ? $0 : nil }),
            "expires_at": .int(job.createdAt + 86_400), "provider": "google-vertex",
            "request_counts": [
                "total": .int(job.status == "validating" ? 0 : job.lines.count), "completed": .int(own.succeeded),
                "failed": .int(own.failed),
            ],
            "usage": nil,
            "error": job.status == "failed"
                ? ["message": .string(job.problems.first?.message ?? "the batch failed")] : nil,
            "results": withResults && isDone && job.status != "failed" ? .array(results) : nil,
        ]
    }
}

extension ProviderSimulator.Kind {
    /// OpenRouter. Source: openrouter 1.3.84, which works with it unchanged.
    public static let openRouter = Self(name: "openrouter", root: "/api/v1") {
        OpenRouterService(ledger: $0, scriptState: $1)
    }
}
