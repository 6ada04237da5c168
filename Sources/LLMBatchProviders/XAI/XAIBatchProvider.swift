import Foundation
public import LLMBatchCore
import NIOHTTP1

/// xAI's Batch API by file: jobs with counters in place of a status, results in pages.
///
/// Source: docs.x.ai, "Batch API". The submission token travels in the names of the file and of the job, so that both can
/// be found again when an answer was lost.
public struct XAIBatchProvider: BatchProvider {
    /// Its settings, without secrets.
    public let settings: ProviderSettings
    /// The account it works for.
    public let account: ProviderAccount
    /// What it takes.
    public let limits: BatchLimits
    /// How long to wait between calls.
    public let pacing: Pacing
    /// False: the service makes a job of every create call.
    public var isIdempotent: Bool { false }
    private let transport: HTTPTransport

    init(_ settings: ProviderSettings, service: ServiceURL, key: APIKey?) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.xAI.options.keys.sorted())
        self.settings = settings
        account = ProviderAccount(provider: settings.name, baseURL: service.text, keyFingerprint: key?.fingerprint)
        transport = HTTPTransport(
            service: service, credential: key.credential, timeout: try options.seconds("timeout") ?? .seconds(60))
        limits = try BatchLimits(.xAI, options)
        pacing = try Pacing(options)
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try OpenAIInputLine(form: .full, root: "/v1").bytes(of: request)
    }

    public func upload(_ input: JobInput) async throws(ProviderError) -> String {
        let body = FramedInput.form([], fileName: Self.fileName(input.token), input)
        let reply = try await transport.send(
            .init(method: .POST, path: ["files"], body: .stream(body), timeout: OpenAIFiles.longestTransfer))
        let file = try WireReading.object(reply)
        guard let id = file.string("id") ?? file.string("file_id") else { throw WireReading.unreadable }
        return id
    }

    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        let name = Self.fileName(token)
        return try await list(["files"], member: "data", of: "files").upload { file in
            file.object.string("filename") == name ? WireReading.filled(file.object.string("id")) : nil
        }
    }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let body: JSONValue = [
            "name": .string(XAIWire.namePrefix + submission.input.token),
            "input_file_id": .string(submission.inputFileID),
        ]
        return try job(try await transport.send(.init(method: .POST, path: ["batches"], body: .json(body.json))))
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: ["batches", id])))
    }

    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        try await list(["batches"], member: "batches", of: "jobs").jobs(of: trace) {
            XAIWire.job($0.object, now: $0.date)
        }
    }

    public func cancel(_ id: String) async throws(ProviderError) {
        let address = transport.service.path(["batches", id]) + ":cancel"
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, target: .url(address)))
        } catch {
            // A job that has ended cannot be cancelled, which is as good.
            guard error.kind != .invalidRequest, error.statusCode != 409 else { return }
            throw error
        }
    }

    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = files.collected
        let done = files.collected["output"].lines
        var number = 0
        try await eachPage(["batches", files.jobID, "results"], member: "results") { objects in
            var lines: [ReceivedLine] = []
            for object in objects {
                number += 1
                guard number > done else { continue }
                lines.append(
                    XAIResult.read(
                        JSONText.onOneLine(Array(object.text)), source: ResultSource(file: "output", line: number),
                        endpoint: files.endpoint))
            }
            guard !lines.isEmpty else { return }
            progress["output"] = .init(bytes: number, lines: number)
            try await receive(lines, progress)
        }
    }

    /// An object of a list, with the time at the service when it was told.
    private typealias Listed = (object: JSONObject, date: Date)

    private func list(_ path: [String], member: String, of what: String) -> Listing<Listed> {
        Listing(
            what: what,
            id: { WireReading.filled($0.object.string("batch_id") ?? $0.object.string("id")) }
        ) { (cursor) throws(ProviderError) in
            let page = try await page(of: path, member: member, at: cursor)
            return .init(items: page.objects.map { ($0, page.date) }, next: page.next.map { .page($0) } ?? .end)
        }
    }

    /// The results of a job page by page, however many there are.
    ///
    /// - Throws: ``ProviderError`` where a page leads back to an earlier one, since what is behind it cannot be had then.
    private func eachPage(
        _ path: [String], member: String, _ take: ([JSONObject]) async throws -> Void
    ) async throws {
        var seen: Set<String> = []
        var token: String?
        repeat {
            let page = try await page(of: path, member: member, at: token)
            try await take(page.objects)
            token = page.next
            guard token.map({ seen.insert($0).inserted }) ?? true else {
                throw ProviderError(
                    .unreadable, delivery: .unknown, message: "the service's list of results leads in a circle",
                    code: ProviderError.incompleteList)
            }
        } while token != nil
    }

    /// A page of a list. One without anything in it may leave the member out.
    private func page(
        of path: [String], member: String, at cursor: String?
    ) async throws(ProviderError) -> (objects: [JSONObject], next: String?, date: Date) {
        let place = cursor.map { [("pagination_token", $0)] } ?? []
        let reply = try await transport.send(.init(path: path, query: [("limit", "100")] + place))
        let page = try WireReading.object(reply)
        guard let objects = page.has(member) ? page.objects(member) : [] else { throw WireReading.unreadable }
        return (objects, WireReading.filled(page.string("pagination_token")), reply.date)
    }

    private func job(_ reply: HTTPTransport.Reply) throws(ProviderError) -> RemoteJob {
        guard let job = XAIWire.job(try WireReading.object(reply), now: reply.date) else {
            throw WireReading.unreadable
        }
        return job
    }

    private static func fileName(_ token: String) -> String { "\(XAIWire.namePrefix)\(token).jsonl" }
}
