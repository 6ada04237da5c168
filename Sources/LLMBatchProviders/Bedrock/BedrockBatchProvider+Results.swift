public import LLMBatchCore

extension BedrockBatchProvider {
    /// Reads the answers from where the job wrote them: one file for each file of its input.
    ///
    /// A job that was stopped or ran out of time may have written nothing; one that says that it completed must have.
    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        let object = try await object(files.jobID)
        guard let job = BedrockWire.job(object), let folder = BedrockWire.output(object) else {
            throw WireReading.unreadable
        }
        let bucket = try bucket(folder.bucket)
        let model = object.string("modelId") ?? ""
        let line = BedrockResultLine(
            endpoint: files.endpoint, adapter: adapters.adapter(for: object), model: model)
        var progress = files.collected
        for (index, key) in try await outputs(of: object, in: folder, bucket).enumerated() {
            let name = index == 0 ? "output" : "output-\(index + 1)"
            do {
                try await read(key, as: name, from: bucket, line, &progress, receive)
            } catch let error as ProviderError where error.kind == .notFound && job.status != .completed {
                guard try await manifest(object).map({ $0.completed + $0.failed > 0 }) ?? false else { continue }
                throw error
            }
        }
    }

    /// Where the answers are: beside one another in the job's folder, each under the name of its input.
    private func outputs(
        of job: JSONObject, in folder: S3Place, _ bucket: S3Bucket
    ) async throws(ProviderError) -> [String] {
        if let input = BedrockWire.input(job), input.name.hasSuffix(".jsonl") {
            return [folder.appending("\(input.name).out").key]
        }
        return try await bucket.keys(prefix: folder.key).filter { $0.hasSuffix(".jsonl.out") }
    }

    private func read(
        _ key: String, as name: String, from bucket: S3Bucket, _ line: BedrockResultLine,
        _ progress: inout CollectionProgress, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var reader = ResultLines(
            name: name, from: progress[name], idKey: "recordId", credential: transport.credential
        ) {
            line.read($0, source: $1)
        }
        var reached = progress
        try await bucket.stream(key, from: progress[name].bytes) { chunk in
            let lines = reader.lines(in: chunk)
            guard !lines.isEmpty else { return }
            reached[name] = reader.position
            try await receive(lines, reached)
        }
        let rest = reader.rest()
        reached[name] = reader.position
        if !rest.isEmpty { try await receive(rest, reached) }
        progress = reached
    }

    /// The counts that the job wrote beside its answers; nil when it wrote none.
    ///
    /// - Throws: what keeps them from being read. That is no sign that there are none.
    func manifest(_ job: JSONObject) async throws(ProviderError) -> RemoteJob.ReportedCounts? {
        guard let place = BedrockWire.output(job)?.appending("manifest.json.out") else { return nil }
        do throws(ProviderError) {
            return BedrockWire.manifest(try await bucket(place.bucket).object(place.key))
        } catch  where error.kind == .notFound {
            return nil
        }
    }
}

extension AdapterChoice {
    /// The adapter for the answers of a job.
    func adapter(for job: JSONObject) -> any BedrockModelAdapter {
        if job.string("modelInvocationType") == "Converse" { return ConverseAdapter(takesTools: false) }
        return adapter(for: job.string("modelId") ?? "")
    }

    /// What a job's model was asked for: where it could be several things, chat completions.
    func endpoint(of job: JSONObject) -> Endpoint {
        let endpoints = adapter(for: job).endpoints
        return endpoints.contains(.chatCompletions) ? .chatCompletions : endpoints.first ?? .chatCompletions
    }
}
