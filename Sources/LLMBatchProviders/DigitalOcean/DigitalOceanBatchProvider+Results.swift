import LLMBatchCore

extension DigitalOceanBatchProvider {
    func results(of files: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        var reader = ResultFileReader(files, over: transport, decode: DigitalOceanResultLine.read)
        for name in ["output", "error"] {
            // A presigned URL is valid for minutes and a download may take longer, so each is requested when needed.
            guard let link = try await links(of: files.jobID)?[name] else { continue }
            let call = HTTPTransport.Call(target: try transport.permitted(link), timeout: .longestTransfer)
            do { try await reader.read(name, with: call, receive) } catch let error as ProviderError {
                throw error.ofSignedLink
            }
        }
    }

    /// The presigned URLs of a job's files, by kind; nil when there will be none.
    ///
    /// - Throws: a transient error while results are expected but not available yet.
    private func links(of id: String) async throws(ProviderError) -> [String: String]? {
        var refusal = ProviderError(
            .overloaded, delivery: .refused, message: "the results of the job are not available yet")
        do throws(ProviderError) {
            let answer = try await transport.object(.init(path: Self.batches + [id, "results"]))
            let links = DigitalOceanWire.links(answer)
            if !links.isEmpty || answer.isTrue("result_available") { return links }
        } catch {
            switch error.statusCode {
            case 412: break
            case 404: refusal = error
            default: throw error
            }
        }
        // A failed job has no results; one that ended early has some if any request was finished.
        let job = try await job(id)
        let isExpected = job.status == .completed || (job.reported?.completed ?? 0) > 0
        guard isExpected, job.status != .failed else { return nil }
        throw refusal
    }
}
