import LLMBatchCore

extension GeminiBatchProvider {
    func results(of job: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        if let output = job.outputFileID { return try await fileResults(output, job, receive) }
        var reader = ResultElementReader(job, over: transport, decode: GeminiResultLine.read)
        let operation = try await operation(job.jobID) { try await reader.read($0, receive) }
        // A job that was adopted before it named its output file.
        if let output = GeminiWire.job(operation)?.outputFileID { try await fileResults(output, job, receive) }
    }

    /// The documentation puts `download` before the path and Google's own client does not, so the second form is tried when
    /// the first is not found.
    private func fileResults(_ name: String, _ job: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        var reader = ResultFileReader(job, over: transport, idKey: "key", decode: GeminiResultLine.read)
        do {
            try await reader.read("output", with: files.download(name, below: ["download"]), receive)
        } catch let error as ProviderError where error.statusCode == 404 {
            try await reader.read("output", with: files.download(name), receive)
        }
    }
}
