import Foundation
import LLMBatchCore

/// The Gemini API: files by resumable upload, and batches of `generateContent` and `embedContent`.
///
/// Source: Gemini API reference, "Files" and "Batch API"; the google-genai client, which works with it unchanged.
final class GeminiService: Service {
    let store: ServiceStore
    let statusesWithResults: Set = ["completed"]

    init(_ store: ServiceStore) { self.store = store }

    var routes: [Route] {
        let isUpload: @Sendable (IncomingCall) -> Bool = { $0.query["upload_id"] != nil }
        return [
            Route(.uploadFile, "POST /upload/{version}/files", if: isUpload, handle: upload),
            Route(.beginUpload, "POST /upload/{version}/files", handle: beginUpload),
            Route(.fileContent, "GET /download/{version}/files/{name}:download", handle: download),
            Route(.fileContent, "GET /{version}/files/{name}:download", handle: download),
            Route(.listFiles, "GET /{version}/files") { [unowned self] call throws(Refusal) in
                let files = store.files.all.filter { $0.isWhole && !$0.isResult }.reversed()
                return try googlePage(call, "files", Array(files), standard: 10, show: json)
            },
            Route(.getFile, "GET /{version}/files/{name}") { [unowned self] call throws(Refusal) in
                WireReply(json(try file("files/" + call["name"])))
            },
            Route(.deleteFile, "DELETE /{version}/files/{name}") { [unowned self] call throws(Refusal) in
                store.files[try file("files/" + call["name"]).id] = nil
                return WireReply([:])
            },
            Route(.createBatch, "POST /{version}/{kind}/{name}:batchGenerateContent") {
                [unowned self] call throws(Refusal) in try create(call, .generate)
            },
            Route(.createBatch, "POST /{version}/{kind}/{name}:asyncBatchEmbedContent") {
                [unowned self] call throws(Refusal) in try create(call, .embed)
            },
            Route(.listBatches, "GET /{version}/batches") { [unowned self] call throws(Refusal) in
                let jobs = listed(isFirstPage: (call.query["pageToken"] ?? "").isEmpty)
                return try googlePage(call, "operations", jobs, standard: 50, repeats: script.repeatPage) {
                    operation($0, withAnswers: false)
                }
            },
            Route(.cancelBatch, "POST /{version}/batches/{name}:cancel") { [unowned self] call throws(Refusal) in
                _ = try cancel(jobID(in: call)) { _ in .precondition("The batch has ended.") }
                return WireReply([:])
            },
            Route(.getBatch, "GET /{version}/batches/{name}", handle: showJob),
        ]
    }

    /// The URL of an upload needs no other authorization.
    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        let offered = call.headers["x-goog-api-key"] ?? call.query["key"] ?? ""
        guard let key = script.apiKey, route != .uploadFile, offered != key else { return }
        let shown = script.echoesKey ? ": \(offered)" : ". Please pass a valid API key."
        throw .google(offered.isEmpty ? 403 : 401, "API key not valid" + shown)
    }

    func unknown(_ call: IncomingCall) -> Refusal {
        .google(404, "Requested entity was not found: \(call.method) \(call.path)")
    }

    func jobID(in call: IncomingCall) -> String { "batches/" + call["name"] }

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode { operation(job, withAnswers: true) }

    func noJob(_ id: String) -> Refusal { .google(404, "Batch \(id) was not found.") }

    // MARK: - Files

    private func file(_ id: String) throws(Refusal) -> SimulatedFile {
        if let file = store.files.whole(id) { return file }
        throw .google(403, "You do not have permission to access the File \(id) or it may not exist.")
    }

    private func beginUpload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard call.headers["x-goog-upload-protocol"] == "resumable", call.headers["x-goog-upload-command"] == "start"
        else { throw .google(400, "Only uploads of the resumable protocol are taken.") }
        let given = call.json["file"]
        let name = (given?["displayName"] ?? given?["display_name"])?.text
        let number = "sim\(store.nextNumber())"
        let file = SimulatedFile(id: "files/" + number, filename: name ?? "", purpose: "batch", bytes: Data())
        store.files.add(
            file.with {
                $0.type = call.headers["x-goog-upload-header-content-type"] ?? $0.type
                $0.isWhole = false
            })
        let url = call.url("/upload/v1beta/files?upload_id=\(number)&upload_protocol=resumable")
        return WireReply([:]).with("x-goog-upload-url", url).with("x-goog-upload-status", "active")
    }

    private func upload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let file = store.files["files/" + (call.query["upload_id"] ?? "")] else {
            throw .google(404, "There is no such upload.")
        }
        let command = call.headers["x-goog-upload-command"] ?? ""
        if command == "query" {
            let reply = WireReply([:]).with("x-goog-upload-status", file.isWhole ? "final" : "active")
            return file.isWhole ? reply : reply.with("x-goog-upload-size-received", String(file.bytes.count))
        }
        guard !file.isWhole else { throw .google(400, "The upload has already been terminated.") }
        guard Int(call.headers["x-goog-upload-offset"] ?? "") == file.bytes.count else {
            throw .google(400, "The offset is not where the upload stands.")
        }
        guard store.files.append(call.body, to: file.id, script) else { return nil }
        guard command.contains("finalize") else { return WireReply([:]).with("x-goog-upload-status", "active") }
        store.files.change(file.id) { $0.isWhole = true }
        let whole = try self.file(file.id)
        store.record(whole)
        return WireReply(["file": json(whole)]).with("x-goog-upload-status", "final")
    }

    private func download(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let file = try file("files/" + call["name"])
        guard file.isResult else { throw .google(400, "Only generated files can be downloaded.") }
        return .bytes(file.bytes)
    }

    private func json(_ file: SimulatedFile) -> JSONNode {
        [
            "name": .string(file.id), "displayName": .string(file.filename), "mimeType": .string(file.type),
            "sizeBytes": .string(String(file.bytes.count)), "createTime": .time(file.createdAt),
            "updateTime": .time(file.createdAt), "expirationTime": .time(file.createdAt + 2 * 86_400),
            "uri": .string("https://generativelanguage.googleapis.com/v1beta/\(file.id)"), "state": "ACTIVE",
            "source": .string(file.isResult ? "GENERATED" : "UPLOADED"),
        ]
    }

    // MARK: - Batches

    private func create(_ call: IncomingCall, _ form: GeminiForm) throws(Refusal) -> WireReply? {
        guard let batch = call.json["batch"], let source = batch["inputConfig"] ?? batch["input_config"],
            source.isObject
        else { throw .google(400, "batch.inputConfig is required.") }
        let name = (batch["displayName"] ?? batch["display_name"])?.text ?? ""
        guard !name.isEmpty else { throw .google(400, "batch.displayName is required.") }
        let (input, file) = try read(source, form, bodySize: call.body.count)
        let full = BatchProblem(code: "8", message: "Enqueued tokens of this model exceed the quota.")
        let isFull = store.queueIsFull()
        let job = accept(
            ServiceJob(
                id: "batches/sim\(store.nextNumber())", endpoint: form.endpoint, inputFileID: file?.id ?? "",
                metadata: ["displayName": name], lines: input.lines,
                problems: isFull ? [full] : checked(input.problems),
                order: [
                    "model": .string("\(call["kind"])/\(call["name"])"), "isEmbedding": .bool(form == .embed),
                ]),
            filename: file?.filename ?? "", input: file?.bytes ?? call.body)
        return WireReply(json(job, for: call))
    }

    private func read(
        _ source: JSONNode, _ form: GeminiForm, bodySize: Int
    ) throws(Refusal) -> (GeminiInput, SimulatedFile?) {
        if let requests = source["requests"]?["requests"]?.elements {
            guard bodySize < 20_000_000 else {
                throw .google(400, "Request payload size exceeds the limit: 20971520 bytes.")
            }
            return (GeminiInput(inlined: requests, form), nil)
        }
        guard let name = (source["fileName"] ?? source["file_name"])?.text else {
            throw .google(400, "batch.inputConfig must have a source.")
        }
        if store.files.isHidden(name, script) {
            throw .precondition("The File \(name) is not in an ACTIVE state and usage is not allowed.")
        }
        let file = try file(name)
        return (GeminiInput(file: file.bytes, form), file)
    }

    // MARK: - Format

    private func form(_ job: ServiceJob) -> GeminiForm { job.order["isEmbedding"] == .bool(true) ? .embed : .generate }

    func separatesErrors(_ job: ServiceJob) -> Bool { false }

    func body(_ answer: SimulatedAnswer, to ended: EndedRequest, of job: ServiceJob) -> JSONNode {
        let request = ended.request
        let reply = answer.reply(to: request)
        if form(job) == .embed {
            let wanted = JSONNode(reading: request.source)?["request"]
            let length = (wanted?["outputDimensionality"] ?? wanted?["output_dimensionality"])?.integer
            return [
                "embedding": ["values": GoogleFormat.embedding(length: length)],
                "tokenCount": .string(String(reply.inputTokens)),
            ]
        }
        let model = job.order["model"]?.text?.split(separator: "/").last ?? ""
        return GenerateContentBody.json(reply, model: String(model), id: "resp_" + request.customID)
    }

    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        let key: JSONNode = .string(ended.request.customID)
        switch outcome {
        case .body(200, let body): return .succeeded(["key": key, "response": body])
        case .body(_, let error): return .failed(["key": key, "error": error])
        case .failure(let status, _, let message, _):
            return .failed(["key": key, "error": GoogleFormat.error(status, message)])
        case .expired, .unanswered: return nil
        }
    }

    /// Creates the result file of an ended job, unless its requests were in the create call.
    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines) {
        guard !job.inputFileID.isEmpty, let bytes = store.jobs[job.id]?.joinedResults else { return }
        let file = SimulatedFile(id: "files/batch-\(job.id.dropFirst(8))", filename: "", bytes: bytes).with {
            $0.type = "application/jsonl"
            $0.isResult = true
        }
        store.files.add(file)
        store.jobs.change(job.id) { $0.outputFileID = file.id }
    }

    private func operation(_ job: ServiceJob, withAnswers: Bool) -> JSONNode {
        let output = output(job, withAnswers: withAnswers)
        return .compact([
            "name": .string(job.id), "metadata": metadata(job, output), "done": job.isDone ? true : nil,
            "error": job.status == "failed" ? GoogleFormat.failure(of: job, "The batch failed.") : nil,
            "response": job.status == "failed" ? nil : output,
        ])
    }

    private func metadata(_ job: ServiceJob, _ output: JSONNode?) -> JSONNode {
        let type = "type.googleapis.com/google.ai.generativelanguage.v1beta.\(form(job).type)"
        return .compact([
            "@type": .string(type), "model": job.order["model"] ?? "",
            "displayName": .string(job.metadata?["displayName"] ?? ""), "name": .string(job.id),
            "createTime": .time(job.createdAt), "updateTime": .time(Fingerprint.now),
            "state": .string(GoogleFormat.state(job.status, prefix: "BATCH_STATE_")), "priority": "0",
            "inputConfig": job.inputFileID.isEmpty ? nil : ["fileName": .string(job.inputFileID)],
            "batchStats": stats(job), "endTime": job.isDone ? .time(job.endedAt) : nil, "output": output,
        ])
    }

    private func output(_ job: ServiceJob, withAnswers: Bool) -> JSONNode? {
        if let file = job.outputFileID { return ["responsesFile": .string(file)] }
        guard withAnswers, job.inputFileID.isEmpty, job.status == "completed" else { return nil }
        let answers = Lines.split(job.joinedResults ?? Data()).map { line -> JSONNode in
            // The same members, with the key in the metadata.
            guard var object = JSONNode(reading: line), let key = object["key"] else { return .verbatim(line) }
            object["key"] = Optional.none
            return object.setting("metadata", ["key": key])
        }
        let member = form(job) == .embed ? "inlinedEmbedContentResponses" : "inlinedResponses"
        return .compact([member: ["inlinedResponses": .array(answers)]])
    }

    private func stats(_ job: ServiceJob) -> JSONNode? {
        guard let counts = job.counts, counts.total > 0 else { return nil }
        func count(_ value: Int) -> JSONNode? { value > 0 ? .string(String(value)) : nil }
        return .compact([
            "requestCount": count(counts.total), "successfulRequestCount": count(counts.completed),
            "failedRequestCount": count(counts.failed),
            "pendingRequestCount": count(counts.total &- counts.completed &- counts.failed),
        ])
    }
}

extension ProviderSimulator.Kind {
    /// The Gemini API of Google AI Studio. Its base URL is the simulator's origin.
    public static let gemini = Self(name: "gemini") { GeminiService($0) }
}
