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
        OpenAIInputLine(form: .full, root: "/v1").bytes(of: request)
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
        let files = try await pages(["files"], member: "data")
        return files.first { $0.object.string("filename") == Self.fileName(token) }?.object.string("id")
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
        let found = try await pages(["batches"], member: "batches")
        let jobs = found.compactMap { XAIWire.job($0.object, now: $0.date) }.filter { $0.token == trace.token }
        return jobs.sorted { ($0.createdAt ?? .distantPast, $0.id) < ($1.createdAt ?? .distantPast, $1.id) }
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
        try await eachPage(["batches", files.jobID, "results"], member: "results") { objects, _ in
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

    /// All objects of a list, each with the time at the service when it was told.
    private func pages(
        _ path: [String], member: String
    ) async throws(ProviderError) -> [(object: JSONObject, date: Date)] {
        var found: [(JSONObject, Date)] = []
        do {
            try await eachPage(path, member: member) { objects, date in found += objects.map { ($0, date) } }
        } catch let error as ProviderError {
            throw error
        } catch {
            throw ProviderError(transport: error)
        }
        return found
    }

    /// The objects of a list page by page; a page token that was seen before ends it. A list without anything in it may be
    /// left out of its page.
    private func eachPage(
        _ path: [String], member: String, _ take: ([JSONObject], Date) async throws -> Void
    ) async throws {
        var seen: Set<String> = []
        var token: String?
        repeat {
            let cursor = token.map { [("pagination_token", $0)] } ?? []
            let reply = try await transport.send(.init(path: path, query: [("limit", "100")] + cursor))
            let page = try WireReading.object(reply)
            guard let objects = page.has(member) ? page.objects(member) : [] else { throw WireReading.unreadable }
            try await take(objects, reply.date)
            token = WireReading.filled(page.string("pagination_token"))
        } while token.map { seen.insert($0).inserted } ?? false
    }

    private func job(_ reply: HTTPTransport.Reply) throws(ProviderError) -> RemoteJob {
        guard let job = XAIWire.job(try WireReading.object(reply), now: reply.date) else {
            throw WireReading.unreadable
        }
        return job
    }

    private static func fileName(_ token: String) -> String { "\(XAIWire.namePrefix)\(token).jsonl" }
}
