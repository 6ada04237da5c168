public import LLMBatchCore

extension DigitalOceanBatchProvider {
    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = files.collected
        for name in ["output", "error"] {
            // A link lives for minutes, the reading of a file may take longer: each is asked for when it is wanted.
            guard let link = try await links(of: files.jobID)?[name] else { continue }
            var reader = ResultLines(
                name: name, from: progress[name], idKey: "custom_id", credential: transport.credential
            ) {
                DigitalOceanResultLine.read($0, source: $1, endpoint: files.endpoint)
            }
            let call = HTTPTransport.Call(
                target: try transport.permitted(link), timeout: OpenAIFiles.longestTransfer)
            do {
                try await transport.stream(call, from: progress[name].bytes) { chunk in
                    let lines = reader.lines(in: chunk)
                    guard !lines.isEmpty else { return }
                    progress[name] = reader.position
                    try await receive(lines, progress)
                }
            } catch let error as ProviderError {
                throw error.ofSignedLink
            }
            let rest = reader.rest()
            progress[name] = reader.position
            if !rest.isEmpty { try await receive(rest, progress) }
        }
    }

    /// The links to a job's files by what they are; nil when there are none and none will come.
    ///
    /// - Throws: trouble that passes while results are to be expected and are not there yet.
    private func links(of id: String) async throws(ProviderError) -> [String: String]? {
        var refusal = ProviderError(
            .overloaded, delivery: .refused, message: "the results of the job are not there yet")
        do throws(ProviderError) {
            let answer = try WireReading.object(try await transport.send(.init(path: Self.batches + [id, "results"])))
            let links = DigitalOceanWire.links(answer)
            if !links.isEmpty || answer.isTrue("result_available") { return links }
        } catch {
            switch error.statusCode {
            case 412: break
            case 404: refusal = error
            default: throw error
            }
        }
        // What failed has none; what ended early has some if anything was done.
        let job = try await job(id)
        let isExpected = job.status == .completed || (job.reported?.completed ?? 0) > 0
        guard isExpected, job.status != .failed else { return nil }
        throw refusal
    }
}
