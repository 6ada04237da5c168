import LLMBatchCore

extension BedrockBatchProvider {
    /// Reads the answers from the job's output location: one file per input file.
    ///
    /// A stopped or expired job may have written nothing; a completed one must have.
    func results(of files: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        let object = try await object(files.jobID)
        guard let job = BedrockWire.job(object), let folder = BedrockWire.output(object) else {
            throw WireReading.unreadable
        }
        let bucket = try bucket(folder.bucket)
        let model = object.string("modelId") ?? ""
        let line = BedrockResultLine(adapter: adapters.adapter(for: object), model: model)
        var reader = ResultFileReader(files, over: bucket.transport, idKey: "recordId", decode: line.read)
        for (index, key) in try await outputs(of: object, in: folder, bucket).enumerated() {
            let name = index == 0 ? "output" : "output-\(index + 1)"
            do {
                try await reader.read(name, with: bucket.download(key), receive)
            } catch let error as ProviderError where error.kind == .notFound && job.status != .completed {
                guard try await manifest(object).map({ $0.completed + $0.failed > 0 }) ?? false else { continue }
                throw error
            }
        }
    }

    /// The keys of the answers: in the job's folder, each named after its input.
    private func outputs(
        of job: JSONObject, in folder: S3Location, _ bucket: S3Bucket
    ) async throws(ProviderError) -> [String] {
        if let input = BedrockWire.input(job), input.name.hasSuffix(".jsonl") {
            return [folder.appending("\(input.name).out").key]
        }
        return try await bucket.keys(prefix: folder.key).filter { $0.hasSuffix(".jsonl.out") }
    }

    /// The counts in the job's manifest; nil without one.
    ///
    /// - Throws: an error that prevents reading, which does not mean that the manifest is missing.
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

    /// The endpoint of a job's requests: chat completions if the model supports several.
    func endpoint(of job: JSONObject) -> Endpoint {
        let endpoints = adapter(for: job).endpoints
        return endpoints.contains(.chatCompletions) ? .chatCompletions : endpoints.first ?? .chatCompletions
    }
}
