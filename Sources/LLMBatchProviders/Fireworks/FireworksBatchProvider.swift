import Foundation
public import LLMBatchCore
import NIOHTTP1

/// Fireworks' batch inference: datasets in, datasets out, jobs under ids of ours.
///
/// Source: fireworks-ai 1.2.30; docs.fireworks.ai, "Batch inference". The submission token is part of the ids of the
/// dataset and of the job, so that the service itself makes no second one, and both are found by their ids.
public struct FireworksBatchProvider: BatchProvider {
    /// Its settings, without secrets.
    public let settings: ProviderSettings
    /// The account it works for.
    public let account: ProviderAccount
    /// What it takes.
    public let limits: BatchLimits
    /// How long to wait between calls.
    public let pacing: Pacing
    /// True: the token is part of the job's id, and the service makes one job of an id.
    public var isIdempotent: Bool { true }
    private let transport: HTTPTransport
    private let root: [String]

    init(_ settings: ProviderSettings, service: ServiceURL, key: APIKey?, owner: String) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.fireworks.options.keys.sorted())
        self.settings = settings
        account = ProviderAccount(
            provider: settings.name, baseURL: service.text, organization: owner, keyFingerprint: key?.fingerprint)
        transport = HTTPTransport(
            service: service, credential: key.credential, timeout: try options.seconds("timeout") ?? .seconds(60))
        root = ["v1", "accounts", owner]
        limits = try BatchLimits(.fireworks, options)
        pacing = try Pacing(options)
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try request.lineWithoutModel()
    }

    public func upload(_ input: JobInput) async throws(ProviderError) -> String {
        let id = Self.input(input.token)
        let body: JSONValue = ["datasetId": .string(id), "dataset": ["userUploaded": [:], "format": "CHAT"]]
        var create = HTTPTransport.Call(method: .POST, path: root + ["datasets"], body: .json(body.json))
        // It is there already when the upload before broke off.
        create.alsoGood = [409]
        _ = try await transport.send(create)
        let address = transport.service.path(root + ["datasets", id]) + ":upload"
        let form = FramedInput.form([], fileName: "\(id).jsonl", input)
        do throws(ProviderError) {
            _ = try await transport.send(
                .init(method: .POST, target: .url(address), body: .stream(form), timeout: OpenAIFiles.longestTransfer))
        } catch {
            // What was uploaded before is not taken twice.
            guard error.kind == .invalidRequest, try await isReady(id, looks: 10) else { throw error }
            return id
        }
        guard try await isReady(id, looks: 60) else {
            throw ProviderError(.timeout, delivery: .unknown, message: "the service is not done checking the dataset")
        }
        return id
    }

    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        do throws(ProviderError) {
            return try await isReady(Self.input(token), looks: 3) ? Self.input(token) : nil
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    /// Whether a dataset can be used, now or after a few more looks.
    private func isReady(_ id: String, looks: Int) async throws(ProviderError) -> Bool {
        for look in 1...looks {
            let dataset = try WireReading.object(try await transport.send(.init(path: root + ["datasets", id])))
            if dataset.string("state") == "READY" { return true }
            guard look < looks else { break }
            do { try await Task.sleep(for: pacing.firstPoll) } catch {
                throw ProviderError(.cancelled, delivery: .unknown, message: "the call was cancelled")
            }
        }
        return false
    }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        guard let model = submission.input.model else {
            throw ProviderError(.invalidRequest, delivery: .notSent, message: "the job has no model")
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
        return reply.status == 409 ? try await job(Self.job(token)) : try job(reply)
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: root + ["batchInferenceJobs", id])))
    }

    /// The id is ours, so there is one job to look at, or none.
    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        do throws(ProviderError) {
            return [try await job(Self.job(trace.token))]
        } catch {
            guard error.kind == .notFound else { throw error }
            return []
        }
    }

    /// Nothing: the service cannot cancel a job, and deleting one would lose what it has answered.
    public func cancel(_ id: String) {}

    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        guard let output = files.outputFileID else { return }
        guard let addresses = try await addresses(of: output, job: files.jobID) else { return }
        var progress = files.collected
        for name in addresses.members.map(\.key).sorted() {
            guard let signed = addresses.string(name) else { continue }
            var reader = ResultLines(
                name: name, from: progress[name], idKey: "custom_id", credential: transport.credential
            ) {
                FireworksWire.line($0, source: $1, endpoint: files.endpoint)
            }
            try await transport.stream(
                .init(target: try transport.permitted(signed), timeout: OpenAIFiles.longestTransfer),
                from: progress[name].bytes
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

    /// Where the files of a dataset are; nil for one that was never made, because its job failed before it had any answer.
    private func addresses(of output: String, job id: String) async throws(ProviderError) -> JSONObject? {
        let address = transport.service.path(root + ["datasets", output]) + ":getDownloadEndpoint"
        do throws(ProviderError) {
            let reply = try WireReading.object(try await transport.send(.init(target: .url(address))))
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

    private func job(_ reply: HTTPTransport.Reply) throws(ProviderError) -> RemoteJob {
        guard let job = FireworksWire.job(try WireReading.object(reply)) else { throw WireReading.unreadable }
        return job
    }

    private func dataset(_ id: String) -> String { "accounts/\(root[2])/datasets/\(id)" }

    private static func input(_ token: String) -> String { "\(FireworksWire.idPrefix)in-\(token)" }

    private static func job(_ token: String) -> String { FireworksWire.idPrefix + token }
}
