import Foundation
import LLMBatchCore
import NIOHTTP1

/// xAI's Batch API with an input file: jobs have counters instead of a status, and results are paged.
///
/// Source: docs.x.ai, "Batch API". The names of the file and of the job contain the submission token, so that both can be
/// found after a lost answer.
struct XAIBatchProvider: ServiceProvider {
    let service: ServiceClient
    /// The service creates a new job for every call.
    var isIdempotent: Bool { false }

    init(_ settings: ProviderSettings, address: ServiceURL, key: APIKey?) throws {
        service = try ServiceClient(settings, .xAI, address, key: key)
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try OpenAIInputLine(form: .full, root: "/v1").bytes(of: request)
    }

    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        let body = MultipartForm([], token: input.token).file(input, name: Self.fileName(input.token))
        let file = try await transport.object(
            .init(method: .POST, path: ["files"], body: .stream(body), timeout: .longestTransfer))
        guard let id = file.string("id") ?? file.string("file_id") else { throw WireReading.unreadable }
        return id
    }

    func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        let name = Self.fileName(token)
        return try await list(["files"], member: "data", of: "files").upload { file in
            file.object.string("filename") == name ? WireReading.filled(file.object.string("id")) : nil
        }
    }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        let body: JSONValue = [
            "name": .string(XAIWire.namePrefix + submission.input.token),
            "input_file_id": .string(submission.inputFileID),
        ]
        return try job(try await transport.send(.init(method: .POST, path: ["batches"], body: .json(body.json))))
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: ["batches", id])))
    }

    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        try await list(["batches"], member: "batches", of: "jobs").jobs(of: trace) {
            XAIWire.job($0.object, now: $0.date)
        }
    }

    func cancel(_ id: String) async throws(ProviderError) {
        let address = transport.service.path(["batches", id]) + ":cancel"
        try await transport.cancel(.init(method: .POST, target: .url(address)))
    }

    func results(of files: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        var reader = ResultElementReader(files, over: transport, decode: XAIResult.read)
        try await eachPage(["batches", files.jobID, "results"], member: "results") { objects in
            try await reader.read(objects.map { Array($0.text) }, receive)
        }
    }

    /// An object of a list, with the service's time of the answer.
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

    /// The results of a job, page by page.
    ///
    /// - Throws: ``ProviderError`` when the pages loop, because the rest cannot be reached then.
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
                    .unreadable, delivery: .unknown, message: "the service's list of results loops",
                    code: ProviderError.incompleteList)
            }
        } while token != nil
    }

    /// A page of a list. An empty one may omit the member.
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
