public import LLMBatchCore

extension AnthropicBatchProvider {
    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = files.collected
        var reader = ResultLines(
            name: "output", from: progress["output"], idKey: "custom_id", credential: transport.credential
        ) {
            AnthropicResultLine.read($0, source: $1, endpoint: files.endpoint)
        }
        let call = HTTPTransport.Call(
            target: address(files.outputFileID, of: files.jobID), timeout: Self.longestTransfer)
        try await transport.stream(call, from: progress["output"].bytes) { chunk in
            let lines = reader.lines(in: chunk)
            guard !lines.isEmpty else { return }
            progress["output"] = reader.position
            try await receive(lines, progress)
        }
        let rest = reader.rest()
        progress["output"] = reader.position
        if !rest.isEmpty { try await receive(rest, progress) }
    }

    /// Where the results of a job are: at the address that the service names if that is its own, else at the usual place.
    ///
    /// A proxy passes on the service's own address, to which a key for the proxy is none.
    func address(_ named: String?, of id: String) -> HTTPTransport.Target {
        if let named, transport.service.isOrigin(of: named) { return .url(named) }
        return .path(Self.batches + [id, "results"])
    }
}
