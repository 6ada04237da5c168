import Foundation
import LLMBatchCore

/// Amazon Bedrock's batch inference, with the parts of S3, STS, IAM and the host's credential endpoints that it needs,
/// in one account.
///
/// Source: the service models of botocore; boto3, which works with it unchanged. The scope of a call's signature names
/// the service. Calls without a signature go to the endpoints that need none.
final class BedrockService: Service {
    let store: ServiceStore
    let account: SimulatedAWS
    /// Multipart uploads in progress, by id.
    var uploads: [String: MultipartUpload] = [:]
    /// How many temporary credentials were issued.
    var loans = 0

    init(_ store: ServiceStore, _ account: SimulatedAWS) {
        self.store = store
        self.account = account
    }

    var routes: [Route] {
        let isControl: @Sendable (IncomingCall) -> Bool = { AWSEndpoint(of: $0) == .control }
        return [
            Route(.createBatch, "POST /model-invocation-job", if: isControl, handle: create),
            Route(.listBatches, "GET /model-invocation-jobs", if: isControl, handle: list),
            Route(.getBatch, "GET /model-invocation-job/{id}", if: isControl, handle: showJob),
            Route(.cancelBatch, "POST /model-invocation-job/{id}/stop", if: isControl) {
                [unowned self] call throws(Refusal) in
                _ = try cancel(jobID(in: call)) { _ in .conflict("The job is in a final state.") }
                return WireReply([:])
            },
        ] + identityRoutes + storageRoutes
    }

    func authorize(_ call: IncomingCall, _ route: SimulatorRoute) throws(Refusal) {
        let endpoint = AWSEndpoint(of: call)
        try checkSignature(of: call, to: endpoint)
        if endpoint == .storage { try checkBucket(call["bucket"]) }
    }

    private func checkSignature(of call: IncomingCall, to endpoint: AWSEndpoint) throws(Refusal) {
        let own = script.apiKey.map { [SimulatedAWS.Keys(id: "AKIASIMULATED", secret: $0)] } ?? []
        let keys = account.keys + own
        guard !keys.isEmpty, endpoint != .host else { return }
        guard let claim = AWSSignatureCheck.Claim(call.headers["authorization"]) else {
            // A web identity authenticates itself.
            if endpoint == .tokens { return }
            let code = endpoint == .storage ? "AccessDenied" : "MissingAuthenticationTokenException"
            throw .aws(endpoint, code, "Missing Authentication Token", status: 403)
        }
        let region = endpoint == .roles ? "us-east-1" : account.region
        let check = AWSSignatureCheck(claim: claim, call: call)
        if let problem = check.problem(keys: keys + account.lentKeys, region: region) {
            let secret = script.echoesKey ? keys.first.map { " (\($0.secret))" } : nil
            throw .aws(endpoint, problem.code, problem.message + (secret ?? ""), status: problem.status)
        }
    }

    func unknown(_ call: IncomingCall) -> Refusal {
        .aws(.control, "UnknownOperationException", "There is no such operation.", status: 404)
    }

    func noJob(_ id: String) -> Refusal {
        .aws(.control, "ResourceNotFoundException", "Could not find the job \(id).", status: 404)
    }

    private func arn(_ id: String) -> String {
        id.hasPrefix("arn:") ? id : "arn:aws:bedrock:\(account.region):\(account.accountID):model-invocation-job/\(id)"
    }

    func jobID(in call: IncomingCall) -> String { arn(call["id"]) }

    // MARK: - Jobs

    private func create(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let order = call.json
        guard order.isObject else { throw .validation("The body is not JSON.") }
        let token = order["clientRequestToken"]
        if token?.text != nil, let same = store.jobs.all.first(where: { $0.order["clientRequestToken"] == token }) {
            return WireReply(["jobArn": .string(same.id)])
        }
        try check(order)
        let file = try inputFile(order)
        if store.queueIsFull() {
            throw .aws(
                .control, "ServiceQuotaExceededException",
                "Your account has reached the maximum number of in progress and submitted batch inference jobs.")
        }
        let (lines, problems) = input(file.bytes)
        let job = accept(
            ServiceJob(
                id: arn("sim" + store.nextNumber(digits: 9)), endpoint: "/v1/chat/completions",
                inputFileID: file.id, metadata: ["jobName": order["jobName"]?.text ?? ""], lines: lines,
                problems: checked(problems), order: order),
            filename: file.filename, input: file.bytes)
        return WireReply(["jobArn": .string(job.id)])
    }

    private func check(_ order: JSONNode) throws(Refusal) {
        guard let name = order["jobName"]?.text, name.count <= 63,
            name.wholeMatch(of: /[a-zA-Z0-9]{1,63}(-*[a-zA-Z0-9+\-.]){0,63}/) != nil
        else { throw .validation("Value at 'jobName' failed to satisfy constraint") }
        guard !store.jobs.all.contains(where: { $0.order["jobName"]?.text == name }) else {
            throw .conflict("A job named \(name) already exists.")
        }
        if let token = order["clientRequestToken"]?.text,
            token.wholeMatch(of: /[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}/) == nil
        {
            throw .validation("Value at 'clientRequestToken' failed to satisfy constraint")
        }
        guard let role = order["roleArn"]?.text, role.hasPrefix("arn:aws:iam::\(account.accountID):role/"),
            account.roles[role.split(separator: "/").last.map(String.init) ?? ""] != nil
        else { throw .validation("Invalid service role: Bedrock is not able to assume it.") }
        guard order["modelId"]?.text?.isEmpty == false else {
            throw .validation("The provided model identifier is invalid.")
        }
        guard Self.output(order).hasPrefix("s3://") else { throw .validation("An output location is required.") }
        guard (24...168).contains(order["timeoutDurationInHours"]?.integer ?? 24) else {
            throw .validation("Value at 'timeoutDurationInHours' is out of range")
        }
    }

    /// The folder of the results, with a slash at its end.
    private static func output(_ order: JSONNode) -> String {
        let uri = order["outputDataConfig"]?["s3OutputDataConfig"]?["s3Uri"]?.text ?? ""
        return uri.hasSuffix("/") ? uri : uri + "/"
    }

    private func inputFile(_ order: JSONNode) throws(Refusal) -> SimulatedFile {
        guard let uri = order["inputDataConfig"]?["s3InputDataConfig"]?["s3Uri"]?.text,
            uri.wholeMatch(of: /s3:\/\/[A-Za-z0-9\-!_*'().\/]+/) != nil
        else { throw .validation("An input location is required.") }
        guard let file = store.files[uri] else { throw .validation("Cannot find the input at \(uri).") }
        return file
    }

    /// The records of an input: lines of `{"recordId", "modelInput"}`.
    private func input(_ file: Data) -> ([InputLine], [BatchProblem]) {
        var lines: [InputLine] = []
        var problems: [BatchProblem] = []
        for (index, line) in Lines.split(file).enumerated() where !line.isEmpty {
            guard let object = JSONNode(reading: line), object["modelInput"]?.isObject == true else {
                let message = "Record \(index + 1) is not JSON with a modelInput."
                problems.append(BatchProblem(code: "ValidationException", message: message, line: index + 1))
                continue
            }
            let id = object["recordId"]?.text ?? "REC00000000\(lines.count + 1)"
            lines.append(InputLine(customID: id, model: nil, index: index, source: line))
        }
        if lines.count < account.minimumRecords {
            let message =
                "The number of records (\(lines.count)) is less than the minimum of \(account.minimumRecords)."
            problems.append(BatchProblem(code: "ValidationException", message: message))
        }
        return (lines, problems)
    }

    private func list(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let cursor = call.query["nextToken"] ?? ""
        guard cursor.isEmpty || Int(cursor) != nil else { throw .validation("The nextToken is invalid.") }
        let size = Int(call.query["maxResults"] ?? "") ?? 100
        guard (1...1000).contains(size) else { throw .validation("Value at 'maxResults' is out of range") }
        var jobs = listed(isFirstPage: cursor.isEmpty).filter { fits($0, call.query) }
        if call.query["sortOrder"] == "Ascending" { jobs.reverse() }
        let page = Page(jobs, from: script.repeatPage ? 0 : Int(cursor) ?? 0, size: pageSize(size))
        let next = script.repeatPage ? "1" : page.next.map(String.init)
        return WireReply(
            .compact([
                "invocationJobSummaries": .array(page.items.map { json($0, for: call) }),
                "nextToken": next.map { .string($0) },
            ]))
    }

    private func fits(_ job: ServiceJob, _ query: [String: String]) -> Bool {
        func time(_ name: String) -> Int? {
            query[name].flatMap { try? Date($0, strategy: .iso8601) }.map { Int($0.timeIntervalSince1970) }
        }
        if let name = query["nameContains"], job.order["jobName"]?.text?.contains(name) != true { return false }
        if let status = query["statusEquals"], word(job) != status { return false }
        if let after = time("submitTimeAfter"), job.createdAt < after { return false }
        if let before = time("submitTimeBefore"), job.createdAt > before { return false }
        return true
    }

    // MARK: - Format

    private func model(_ job: ServiceJob) -> String { job.order["modelId"]?.text ?? "" }

    private func input(_ line: InputLine) -> JSONNode { JSONNode(reading: line.source)?["modelInput"] ?? [:] }

    func separatesErrors(_ job: ServiceJob) -> Bool { false }

    func objection(to line: InputLine, of job: ServiceJob) -> String? {
        ModelOutput.objection(to: input(line), model: model(job))
    }

    func body(_ answer: SimulatedAnswer, to ended: EndedRequest, of job: ServiceJob) -> JSONNode {
        ModelOutput.json(
            answer.reply(to: ended.request), model: model(job), input: input(ended.line), id: ended.request.customID)
    }

    /// Each line repeats the whole input.
    func line(_ outcome: RequestOutcome, _ ended: EndedRequest, number: Int, of job: ServiceJob) -> ResultLine? {
        func line(_ member: String, _ value: JSONNode) -> JSONNode {
            .compact(["modelInput": input(ended.line), member: value, "recordId": .string(ended.request.customID)])
        }
        switch outcome {
        case .body(200, let body): return .succeeded(line("modelOutput", body))
        case .body(_, let error): return .failed(line("error", error))
        case .failure(let status, _, let message, _):
            return .failed(line("error", ["errorCode": .int(status), "errorMessage": .string(message)]))
        case .expired, .unanswered: return nil
        }
    }

    /// Stores the results of an ended job. A job that fails, or expires before it started, has none.
    func keep(_ files: SimulatedFiles, of job: ServiceJob, _ lines: ResultLines) {
        guard let bytes = store.jobs[job.id]?.joinedResults else { return }
        let folder = Self.output(job.order) + (job.id.split(separator: "/").last ?? "") + "/"
        let name = folder + (job.inputFileID.split(separator: "/").last ?? "") + ".out"
        // If the job reports no counts, the manifest counts what was written.
        let written = SimulatedCounts(
            total: job.lines.count, completed: lines.succeeded, failed: lines.count - lines.succeeded)
        let manifest = manifest(files.counts ?? (bytes.isEmpty ? nil : written), lines)
        store.files.add(SimulatedFile(id: name, filename: "", bytes: bytes))
        store.files.add(SimulatedFile(id: folder + "manifest.json.out", filename: "", bytes: manifest.encoded))
        store.jobs.change(job.id) { $0.outputFileID = name }
    }

    /// The manifest of an ended job, with the given counts or without any.
    private func manifest(_ counts: SimulatedCounts?, _ lines: ResultLines) -> JSONNode {
        guard let counts else { return ["inputTokenCount": .int(14 * lines.succeeded)] }
        return [
            "totalRecordCount": .int(counts.total), "processedRecordCount": .int(lines.count),
            "successRecordCount": .int(counts.completed), "errorRecordCount": .int(counts.failed),
            "inputTokenCount": .int(14 * lines.succeeded), "outputTokenCount": .int(5 * lines.succeeded),
        ]
    }

    /// The service's name for a canonical status; any other status is shown unchanged.
    private func word(_ job: ServiceJob) -> String {
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

    func json(_ job: ServiceJob, for call: IncomingCall) -> JSONNode {
        guard job.order["jobName"] != nil else { return [:] }
        let hours = job.order["timeoutDurationInHours"]?.integer ?? 24
        let counts = job.counts.flatMap { $0.total > 0 ? $0 : nil }
        let reason = job.status == "failed" ? job.problems.first?.message ?? "The job failed." : nil
        return .compact([
            "jobArn": .string(job.id), "jobName": job.order["jobName"], "modelId": job.order["modelId"],
            "roleArn": job.order["roleArn"], "status": .string(word(job)), "submitTime": .time(job.createdAt),
            "lastModifiedTime": .time(Fingerprint.now),
            "inputDataConfig": ["s3InputDataConfig": ["s3Uri": .string(job.inputFileID), "s3InputFormat": "JSONL"]],
            "outputDataConfig": ["s3OutputDataConfig": ["s3Uri": .string(Self.output(job.order))]],
            "timeoutDurationInHours": .int(hours),
            "modelInvocationType": job.order["modelInvocationType"] ?? "InvokeModel",
            "jobExpirationTime": .time(job.createdAt + hours * 3600),
            "clientRequestToken": job.order["clientRequestToken"], "message": reason.map { .string($0) },
            "totalRecordCount": counts.map { .int($0.total) }, "successRecordCount": counts.map { .int($0.completed) },
            "errorRecordCount": counts.map { .int($0.failed) },
            "processedRecordCount": counts.map { .int($0.completed &+ $0.failed) },
            "endTime": job.isDone ? .time(job.endedAt) : nil,
        ])
    }
}

/// A service of AWS that the simulator has.
enum AWSEndpoint {
    /// Bedrock itself.
    case control
    /// S3.
    case storage
    /// The Security Token Service.
    case tokens
    /// Identity and Access Management.
    case roles
    /// The credential endpoints of a container and of an instance.
    case host

    init(of call: IncomingCall) {
        switch AWSSignatureCheck.Claim(call.headers["authorization"])?.service {
        case "s3": self = .storage
        case "sts": self = .tokens
        case "iam": self = .roles
        case "bedrock": self = .control
        default:
            if call.path.hasPrefix("/latest/") || call.path.hasPrefix("/v2/credentials") {
                self = .host
            } else if call.path.hasPrefix("/model-invocation-job") {
                self = .control
            } else {
                self = call.method == "POST" && call.path == "/" ? .tokens : .storage
            }
        }
    }
}

extension Refusal {
    /// An error in the format of a service of AWS: JSON with the type in a header, or XML.
    static func aws(_ endpoint: AWSEndpoint, _ code: String, _ message: String, status: Int = 400) -> Refusal {
        guard endpoint != .control else {
            return Refusal(WireReply(["message": .string(message)], status: status).with("x-amzn-errortype", code))
        }
        let error = "<Error><Code>\(code)</Code><Message>\(message.escapedForXML)</Message></Error>"
        return Refusal(.xml(endpoint == .storage ? error : "<ErrorResponse>\(error)</ErrorResponse>", status: status))
    }

    fileprivate static func validation(_ message: String) -> Refusal { .aws(.control, "ValidationException", message) }

    fileprivate static func conflict(_ message: String) -> Refusal { .aws(.control, "ConflictException", message) }
}

extension WireReply {
    /// An XML response.
    static func xml(_ text: String, status: Int = 200) -> WireReply {
        let text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n" + text
        return WireReply(status: status, type: "application/xml", body: Data(text.utf8))
    }
}

extension String {
    var escapedForXML: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}

extension ProviderSimulator.Kind {
    /// Amazon Bedrock's batch inference with S3 and the credential endpoints, all at the simulator's origin.
    public static let bedrock = bedrock(SimulatedAWS())

    /// Amazon Bedrock's batch inference in an account of your own.
    public static func bedrock(_ account: SimulatedAWS) -> Self {
        Self(name: "bedrock") { BedrockService($0, account) }
    }
}
