import Foundation
public import LLMBatchCore
import NIOHTTP1

/// The OpenAI Batch API, and every service that speaks it under another base URL.
///
/// Source: OpenAI API reference, Files and Batches. The submission token travels in the file's name and in the batch's
/// metadata, so that both can be found again when an answer was lost.
public struct OpenAIBatchProvider: BatchProvider {
    /// Its settings, without secrets.
    public let settings: ProviderSettings
    /// The account it works for.
    public let account: ProviderAccount
    /// What it takes.
    public let limits: BatchLimits
    /// How long to wait between calls.
    public let pacing: Pacing
    private let transport: HTTPTransport
    private let listing: OpenAIListing

    /// The most that the upload or download of a file may take in all; one that stands still is given up much sooner.
    private static let longestTransfer: Duration = .seconds(4 * 3600)

    init(_ settings: ProviderSettings, service: ServiceURL, key: APIKey?) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.openAI.options.keys.sorted())
        self.settings = settings
        let identity = OpenAIIdentity(options)
        account = identity.account(settings.name, service: service, key: key)
        transport = HTTPTransport(
            service: service, credential: key.credential, headers: identity.headers,
            timeout: try options.seconds("timeout") ?? .seconds(60))
        listing = OpenAIListing(transport: transport)
        limits = try BatchLimits(.openAI, options)
        pacing = try Pacing(options)
    }

    public func upload(_ input: JobInput) async throws(ProviderError) -> String {
        let body = FramedInput.form([("purpose", "batch")], fileName: Self.fileName(input.token), input)
        let reply = try await transport.send(
            .init(method: .POST, path: ["files"], body: .stream(body), timeout: Self.longestTransfer))
        return try id(reply)
    }

    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        let name = Self.fileName(token)
        let found = try await listing.all(
            ["files"], query: [("purpose", "batch")], limit: 1000, atMost: 10_000, upTo: { _ in false })
        return found.first { $0.string("filename") == name && $0.integer("bytes") == digest.bytes }?.string("id")
    }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let body: JSONValue = [
            "input_file_id": .string(submission.inputFileID), "endpoint": .string(submission.input.endpoint.rawValue),
            "completion_window": "24h",
            "metadata": [
                OpenAIWire.tokenKey: .string(submission.input.token),
                OpenAIWire.batchKey: .string(submission.input.job.batch.rawValue),
            ],
        ]
        return try job(try await transport.send(.init(method: .POST, path: ["batches"], body: .json(body.json))))
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: ["batches", id])))
    }

    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        // Clocks differ; five minutes are more than any that is kept.
        let earliest = trace.since.addingTimeInterval(-300)
        let found = try await listing.all(["batches"], query: [], limit: 100, atMost: 100_000) { object in
            object.integer("created_at").map { Date(timeIntervalSince1970: TimeInterval($0)) < earliest } ?? false
        }
        let jobs = found.compactMap(OpenAIWire.job).filter { job in
            job.token == trace.token
                || (job.token == nil && job.inputFileID != nil && job.inputFileID == trace.inputFileID)
        }
        return jobs.sorted { ($0.createdAt ?? .distantPast, $0.id) < ($1.createdAt ?? .distantPast, $1.id) }
    }

    public func cancel(_ id: String) async throws(ProviderError) {
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, path: ["batches", id, "cancel"]))
        } catch {
            // A batch that has ended cannot be cancelled, which is as good.
            guard error.kind != .invalidRequest, error.statusCode != 409 else { return }
            throw error
        }
    }

    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = files.collected
        for (name, id) in [("output", files.outputFileID), ("error", files.errorFileID)] {
            guard let id else { continue }
            var reader = OpenAIResultFile(
                name: name, endpoint: files.endpoint, from: progress[name], credential: transport.credential)
            try await transport.stream(
                .init(path: ["files", id, "content"], timeout: Self.longestTransfer), from: progress[name].bytes
            ) { chunk in
                let lines = reader.lines(in: chunk)
                guard !lines.isEmpty else { return }
                progress[name] = reader.position
                try await receive(lines, progress)
            }
            let rest = reader.rest()
            progress[name] = reader.position
            if !rest.isEmpty { try await receive(rest, progress) }
        }
    }

    private static func fileName(_ token: String) -> String { "llmbatch-\(token).jsonl" }

    private func id(_ reply: HTTPTransport.Reply) throws(ProviderError) -> String {
        let object = try? JSONObject(reply.body)
        // Some services wrap the object.
        guard let id = object?.string("id") ?? object?.object("data")?.string("id") else { throw Self.unreadable }
        return id
    }

    private func job(_ reply: HTTPTransport.Reply) throws(ProviderError) -> RemoteJob {
        guard let object = try? JSONObject(reply.body), let job = OpenAIWire.job(object) else { throw Self.unreadable }
        return job
    }

    private static var unreadable: ProviderError {
        ProviderError(.unreadable, delivery: .unknown, message: "the answer could not be read")
    }
}
