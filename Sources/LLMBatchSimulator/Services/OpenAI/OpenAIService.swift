import Foundation
import LLMBatchCore

/// A service that speaks OpenAI's Files, Batches and realtime API, in one of its dialects.
final class OpenAIService: Service {
    let store: ServiceStore
    let dialect: WireDialect
    /// The batch created for each idempotency key.
    private var batchOfKey: [String: String] = [:]
    /// The checksums of uploads that were started and have no bytes yet, by file id.
    var checksums: [String: String] = [:]

    init(_ store: ServiceStore, _ dialect: WireDialect) {
        self.store = store
        self.dialect = dialect
    }

    var routes: [Route] {
        let versioned: @Sendable (IncomingCall) -> Bool = { $0.query["api-version"] != nil }
        let older = dialect.versionedRoot.map { routes(under: $0, if: versioned) } ?? []
        return (dialect.signs ? presignedRoutes : []) + routes(under: dialect.root, if: nil) + older
    }

    private func routes(under root: String, if condition: (@Sendable (IncomingCall) -> Bool)?) -> [Route] {
        let realtime = SimulatorRoute.realtime.map { endpoint, name in
            Route(name, "POST \(root)\(endpoint.dropFirst(3))", if: condition, handle: self.realtime)
        }
        return realtime + [
            Route(.uploadFile, "POST \(root)/files", if: condition, handle: uploadFile),
            Route(.listFiles, "GET \(root)/files", if: condition, handle: listFiles),
            Route(.getFile, "GET \(root)/files/{id}", if: condition, handle: getFile),
            Route(.deleteFile, "DELETE \(root)/files/{id}", if: condition, handle: deleteFile),
            Route(.fileContent, "GET \(root)/files/{id}/content", if: condition, handle: content),
            Route(.createBatch, "POST \(root)/batches", if: condition, handle: createBatch),
            Route(.listBatches, "GET \(root)/batches", if: condition, handle: listBatches),
            Route(.getBatch, "GET \(root)/batches/{id}", if: condition, handle: showJob),
            Route(.cancelBatch, "POST \(root)/batches/{id}/cancel", if: condition, handle: cancelBatch),
        ]
    }

    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        // A presigned URL needs no other authorization.
        guard let key = script.apiKey, !(dialect.signs && call.path.hasPrefix("/signed/")) else { return }
        let header = call.headers["authorization"] ?? dialect.keyHeader.flatMap { call.headers[$0] } ?? ""
        guard header != (call.headers["authorization"] != nil ? "Bearer \(key)" : key) else { return }
        let shown = header.replacing("Bearer ", with: "")
        let message =
            shown.isEmpty
            ? "You didn't provide an API key."
            : "Incorrect API key provided: \(script.echoesKey ? shown : shown.prefix(3) + "****")."
        throw APIError(status: 401, message: message, code: "invalid_api_key").refusal
    }

    func unknown(_ call: IncomingCall) -> Refusal {
        APIError(status: 404, message: "Invalid URL (\(call.method) \(call.path))").refusal
    }

    func wrongMethod(_ call: IncomingCall) -> Refusal {
        let message = "Not allowed to \(call.method) on \(call.path)."
        return APIError(status: 405, message: message, code: "method_not_supported").refusal
    }

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode { dialect.show(job) }

    func noJob(_ id: String) -> Refusal { APIError.notFound("batch", id: id).refusal }

    /// Creates an id in order of creation.
    func newID(_ prefix: String) -> String { prefix + store.nextNumber(digits: 6) }

    // MARK: - Batches

    private func createBatch(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        if let key = call.headers["idempotency-key"], dialect.isIdempotent, let job = store.jobs[batchOfKey[key] ?? ""]
        {
            return WireReply(dialect.show(job))
        }
        let body = call.json
        guard body.isObject else {
            throw APIError(message: "We could not parse the JSON body of your request.").refusal
        }
        let request = try CreateBatchRequest(body, dialect)
        let file = try inputFile(request.inputFileID)
        let input = OpenAIInput(file: file.bytes, endpoint: request.endpoint, dialect)
        let isFull = store.queueIsFull()
        let job = accept(
            ServiceJob(
                id: newID("batch_sim"), endpoint: request.endpoint, inputFileID: file.id, metadata: request.metadata,
                lines: input.lines,
                problems: isFull ? [Self.tokenLimit(model: input.lines.first?.model)] : checked(input.problems),
                order: ["outputLifetime": JSONNode(request.outputLifetime)]),
            filename: file.filename, input: file.bytes)
        if let key = call.headers["idempotency-key"] { batchOfKey[key] = job.id }
        let shown = dialect.show(job)
        return WireReply(dialect.wrapper.map { [$0: shown, "warning": nil] } ?? shown)
    }

    /// The input file of a create call, unless the race after its upload still hides it.
    private func inputFile(_ id: String) throws(Refusal) -> SimulatedFile {
        let isHidden = store.files.isHidden(id, script)
        guard !isHidden, let file = store.files.whole(id), file.purpose == dialect.purpose,
            file.looks >= dialect.fileLooksUntilReady
        else {
            let message = "Invalid request: cannot find file \(id), or project does not have access to it."
            throw APIError(message: message, param: "file_id").refusal
        }
        return file
    }

    private func listBatches(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let usual = dialect.lists == .pages ? try limit(call, default: dialect.usualPage, max: 100) : .max
        try rejectQuery(call)
        let jobs = listed(isFirstPage: call.query["after"] == nil)
        switch dialect.lists {
        case .array: return WireReply(.array(jobs.map { dialect.show($0) }))
        case .whole: return WireReply(["object": "list", "data": .array(jobs.map { dialect.show($0) })])
        case .pages:
            let after = script.repeatPage ? nil : call.query["after"]
            return WireReply(try page(jobs, after: after, usual, repeats: script.repeatPage, \.id, dialect.show))
        }
    }

    private func cancelBatch(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        WireReply(
            dialect.show(
                try cancel(call["id"]) { job in
                    APIError(status: 409, message: "Cannot cancel a batch with status '\(job.status)'.").refusal
                }))
    }

    private static func tokenLimit(model: String?) -> BatchProblem {
        let message =
            "Enqueued token limit reached for \(model ?? "the model") in organization org-sim. "
            + "Limit: 90,000 enqueued tokens. Please try again once some in_progress batches have been completed."
        return BatchProblem(code: "token_limit_exceeded", message: message)
    }

    // MARK: - Results

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        OpenAIResultLine(id: ended.request.customID, number: number, jobID: job.id, dialect).line(outcome)
    }

    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines) {
        let output = resultFile(files.output, of: job, kind: "output")
        let error = resultFile(files.error, of: job, kind: "error") ?? files.absentErrorFileID
        store.jobs.change(job.id) {
            if files.status == "failed" { $0.counts = nil }
            $0.outputFileID = output
            $0.errorFileID = error
        }
    }

    private func resultFile(_ bytes: Data?, of job: ServiceJob, kind: String) -> String? {
        guard let bytes else { return nil }
        let lifetime = job.order["outputLifetime"]?.integer ?? 2_592_000
        let file = newFile("\(job.id)_\(kind).jsonl", purpose: "batch_output", bytes, lifetime: lifetime)
        store.files.add(file)
        return file.id
    }

    // MARK: - Realtime

    /// Sends a realtime call to the model; nil when the script gives no answer.
    private func realtime(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let body = call.json
        guard body.isObject else {
            throw APIError(message: "We could not parse the JSON body of your request.").refusal
        }
        guard body["model"]?.text != nil else {
            throw APIError(message: "you must provide a model parameter", param: "model").refusal
        }
        guard body["stream"] != .bool(true) else {
            throw APIError(message: "This simulator does not stream.", param: "stream").refusal
        }
        let marker = call.headers["x-client-request-id"] ?? ""
        let customID = marker.removingPercentEncoding ?? marker
        let request = SimulatedRequest(
            customID: customID, endpoint: call.path, askedBefore: store.ledger.askedCount(customID), batchID: nil,
            lineIndex: nil, source: call.body)
        let answer = script.answer(request)
        store.ledger.recordAsks([LedgerAsk(customID: customID, endpoint: call.path, batchID: nil)])
        switch answer {
        case .success, .text, .reply: return WireReply(DefaultBody.json(answer, to: request))
        case .httpError(let status, let code, let message, let type):
            throw APIError(status: status, message: message, type: type, code: code).refusal
        case .body(let status, let json): return WireReply(status: status, body: json)
        case .raw(let bytes): return WireReply(body: bytes)
        case .rawError(let bytes): return WireReply(status: 500, body: bytes)
        case .expired: throw APIError(status: 408, message: "Request timed out.", code: "request_timeout").refusal
        case .silent: return nil
        }
    }

    // MARK: - Lists

    /// The `limit` of a listing.
    func limit(_ call: IncomingCall, default standard: Int, max: Int) throws(Refusal) -> Int {
        guard let text = call.query["limit"] else { return standard }
        if let limit = Int(text), (1...max).contains(limit) { return limit }
        throw APIError(message: "Invalid 'limit': expected an integer from 1 to \(max).", param: "limit").refusal
    }

    /// Rejects query parameters in dialects whose lists have no pages.
    func rejectQuery(_ call: IncomingCall) throws(Refusal) {
        guard dialect.lists != .pages, let odd = call.query.keys.sorted().first else { return }
        throw APIError(message: "Unknown query parameter: '\(odd)'.", param: odd).refusal
    }

    /// One page of a list in wire format; an unknown cursor is an error.
    func page<Item>(
        _ items: [Item], after: String?, _ size: Int, repeats: Bool = false, _ id: (Item) -> String,
        _ show: (Item) -> JSONNode
    ) throws(Refusal) -> JSONNode {
        guard let page = Page(items, after: after, size: pageSize(size), id) else {
            throw APIError(message: "Invalid 'after': no such object '\(after ?? "")'.", param: "after").refusal
        }
        return page.openAIJSON(repeats: repeats, id, show)
    }
}

extension Page {
    /// The page in the format of OpenAI's lists.
    func openAIJSON(repeats: Bool, _ id: (Item) -> String, _ show: (Item) -> JSONNode) -> JSONNode {
        [
            "object": "list", "data": .array(items.map(show)), "first_id": .init(items.first.map(id)),
            "last_id": .init(items.last.map(id)), "has_more": .bool(hasMore || repeats),
        ]
    }
}
