import Foundation
import LLMBatchCore
import NIOHTTP1

/// Fireworks' batch inference: datasets in, datasets out, jobs with ids of our choice.
///
/// Source: fireworks-ai 1.2.30; docs.fireworks.ai, "Batch inference". The submission token is part of the ids of the
/// dataset and of the job, so that the service never creates a second one, and both are found by their ids.
struct FireworksBatchProvider: ServiceProvider {
    let service: ServiceClient
    /// The token is part of the job's id, and an id has one job.
    var isIdempotent: Bool { true }
    private let root: [String]

    init(_ settings: ProviderSettings, address: ServiceURL, key: APIKey?, owner: String) throws {
        var service = try ServiceClient(settings, .fireworks, address, key: key)
        service.account.organization = owner
        self.service = service
        root = ["v1", "accounts", owner]
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try request.lineWithoutModel()
    }

    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        let id = Self.input(input.token)
        let body: JSONValue = ["datasetId": .string(id), "dataset": ["userUploaded": [:], "format": "CHAT"]]
        var create = HTTPTransport.Call(method: .POST, path: root + ["datasets"], body: .json(body.json))
        // It exists after an interrupted upload.
        create.alsoGood = [409]
        _ = try await transport.send(create)
        let address = transport.service.path(root + ["datasets", id]) + ":upload"
        let form = MultipartForm([], token: input.token).file(input, name: "\(id).jsonl")
        do throws(ProviderError) {
            _ = try await transport.send(
                .init(method: .POST, target: .url(address), body: .stream(form), timeout: .longestTransfer))
        } catch {
            // The service rejects a second upload.
            guard error.kind == .invalidRequest, try await isReady(id, looks: 10) else { throw error }
            return id
        }
        guard try await isReady(id, looks: 60) else {
            throw ProviderError(
                .timeout, delivery: .unknown, message: "the service has not finished checking the dataset")
        }
        return id
    }

    func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        try await ifFound { () throws(ProviderError) in
            try await isReady(Self.input(token), looks: 3) ? Self.input(token) : nil
        }
    }

    /// Whether a dataset is ready, now or after several checks.
    private func isReady(_ id: String, looks: Int) async throws(ProviderError) -> Bool {
        for look in 1...looks {
            let dataset = try await transport.object(.init(path: root + ["datasets", id]))
            if dataset.string("state") == "READY" { return true }
            guard look < looks else { break }
            try await ProviderError.pause(pacing.firstPoll)
        }
        return false
    }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        guard let model = submission.input.model else {
            throw ProviderError.noModel
        }
        let token = submission.input.token
        let body: JSONValue = [
            "displayName": .string(Self.job(token)), "model": .string(model),
            "inputDatasetId": .string(dataset(submission.inputFileID)),
            "outputDatasetId": .string(dataset("\(FireworksWire.idPrefix)out-\(token)")),
        ]
        var call = HTTPTransport.Call(
            method: .POST, path: root + ["batchInferenceJobs"], query: [("batchInferenceJobId", Self.job(token))],
            body: .json(body.json))
        call.alsoGood = [409]
        let reply = try await transport.send(call)
        if reply.status == 409 { return try await job(Self.job(token)) }
        guard let job = FireworksWire.job(try WireReading.object(reply)) else { throw WireReading.unreadable }
        return job
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try await transport.job(.init(path: root + ["batchInferenceJobs", id]), FireworksWire.job)
    }

    /// The id is known, so there is one job or none.
    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        let found = try await ifFound { () throws(ProviderError) in try await job(Self.job(trace.token)) }
        return found.map { [$0] } ?? []
    }

    /// No effect: the service cannot cancel a job, and deleting one would lose its answers.
    func cancel(_ id: String) {}

    func results(of files: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        guard let output = files.outputFileID, let addresses = try await addresses(of: output, job: files.jobID)
        else { return }
        var reader = ResultFileReader(files, over: transport, decode: FireworksWire.line)
        for name in addresses.members.map(\.key).sorted() {
            guard let signed = addresses.string(name) else { continue }
            try await reader.read(
                name, with: .init(target: try transport.permitted(signed), timeout: .longestTransfer), receive)
        }
    }

    /// The files of a dataset; nil if it was never created because the job failed before its first answer.
    private func addresses(of output: String, job id: String) async throws(ProviderError) -> JSONObject? {
        let address = transport.service.path(root + ["datasets", output]) + ":getDownloadEndpoint"
        do throws(ProviderError) {
            let reply = try await transport.object(.init(target: .url(address)))
            guard let addresses = reply.object("filenameToSignedUrls") else { throw WireReading.unreadable }
            return addresses
        } catch {
            guard error.kind == .notFound else { throw error }
            let job = try await job(id)
            let processed = job.reported.map { $0.completed + $0.failed } ?? 0
            guard job.status == .failed, processed == 0 else { throw error }
            return nil
        }
    }

    private func dataset(_ id: String) -> String { "accounts/\(root[2])/datasets/\(id)" }

    private static func input(_ token: String) -> String { "\(FireworksWire.idPrefix)in-\(token)" }

    private static func job(_ token: String) -> String { FireworksWire.idPrefix + token }
}
