import Foundation
import LLMBatchCore
import NIOHTTP1

/// The OpenAI Batch API, and every service that implements it with its own variations (``OpenAIDialect``).
///
/// Source: OpenAI API reference, Files and Batches; the references and clients of the other services. The file's name and,
/// if the service keeps it, the batch's metadata contain the submission token, so that both can be found after a lost
/// answer.
struct OpenAIBatchProvider: ServiceProvider {
    let service: ServiceClient
    private let dialect: OpenAIDialect
    private let files: OpenAIFiles
    private let window: String
    private let lifetime: Int?

    init(
        _ settings: ProviderSettings, _ description: ProviderDescription, _ dialect: OpenAIDialect,
        transport: HTTPTransport, account: ProviderAccount
    ) throws {
        var service = try ServiceClient(settings, description, account: account, transport: transport)
        service.transport.wantsVersion = true
        let options = service.options
        if description.options["schema-form"] != nil {
            // The services in the table are known to accept OpenAI's form; other addresses are not.
            let isOpenAI = description.name == "openai"
            service.limits.asking = try SchemaOptions.asking(
                options, isStrict: !isOpenAI || SchemaOptions.isOpenAI(account.baseURL), countsRows: isOpenAI)
        }
        self.service = service
        self.dialect = dialect
        lifetime = try options.integer("expires-after", in: dialect.lifetimes)
        files = OpenAIFiles(
            transport: service.transport, dialect: dialect, pause: service.pacing.firstPoll, lifetime: lifetime)
        window = options.string("completion-window") ?? "24h"
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try OpenAIInputLine(form: dialect.line, root: dialect.root, takesOtherURLs: dialect.takesOtherURLs)
            .bytes(of: request)
    }

    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        try await files.upload(input)
    }

    func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        try await files.find(token: token, digest: digest)
    }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        let input = submission.input
        var body: [String: JSONValue] = [
            "input_file_id": .string(submission.inputFileID),
            "endpoint": .string(OpenAIInputLine.path(input.endpoint, root: dialect.root)),
            "completion_window": .string(window),
        ]
        if dialect.keepsMetadata {
            body["metadata"] = [
                OpenAIWire.tokenKey: .string(input.token), OpenAIWire.batchKey: .string(input.job.batch.rawValue),
            ]
        }
        if let lifetime, dialect.expiry != nil {
            body["output_expires_after"] = ["anchor": "created_at", "seconds": .integer(lifetime)]
        }
        let headers = dialect.idempotencyHeader.map { [($0, input.token)] } ?? []
        return try await transport.job(
            .init(method: .POST, path: ["batches"], body: .json(JSONValue.object(body).json), headers: headers)
        ) { OpenAIWire.job(dialect.wrapper.flatMap($0.object) ?? $0) }
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try await transport.job(.init(path: ["batches", id]), OpenAIWire.job)
    }

    var isIdempotent: Bool { dialect.idempotencyHeader != nil }

    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        let list = OpenAIListing(transport: transport).list(["batches"], limit: dialect.page, of: "jobs")
        return try await list.jobs(of: trace, OpenAIWire.job)
    }

    func cancel(_ id: String) async throws(ProviderError) {
        try await transport.cancel(.init(method: .POST, path: ["batches", id, "cancel"]))
    }

    func results(of job: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        var reader = ResultFileReader(job, over: transport, decode: OpenAIResultLine.read)
        try await reader.readFiles(receive) { files.download($0) }
    }
}
