public import LLMBatchCore

extension GeminiBatchProvider {
    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        if let output = files.outputFileID { return try await fileResults(output, files, receive) }
        let operation = try await inlineResults(files, receive)
        // A job that was taken up before it told where its answers are.
        if let output = GeminiWire.job(operation)?.outputFileID { try await fileResults(output, files, receive) }
    }

    private func fileResults(
        _ name: String, _ files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = files.collected
        var reader = ResultLines(
            name: "output", from: progress["output"], idKey: "key", credential: transport.credential
        ) {
            GeminiResultLine.read($0, source: $1, endpoint: files.endpoint)
        }
        try await self.files.download(name, from: progress["output"].bytes) { chunk in
            let lines = reader.lines(in: chunk)
            guard !lines.isEmpty else { return }
            progress["output"] = reader.position
            try await receive(lines, progress)
        }
        let rest = reader.rest()
        progress["output"] = reader.position
        if !rest.isEmpty { try await receive(rest, progress) }
    }

    /// Answers that stand in the operation; the place in them is counted in answers. Returns what else it says.
    private func inlineResults(
        _ files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws -> JSONObject {
        var progress = files.collected
        var number = 0
        return try await operation(files.jobID) { answers in
            var lines: [ReceivedLine] = []
            for answer in answers {
                number += 1
                guard number > files.collected["output"].lines else { continue }
                lines.append(
                    GeminiResultLine.read(
                        transport.credential.redacted(JSONText.onOneLine(answer)),
                        source: ResultSource(file: "output", line: number), endpoint: files.endpoint))
            }
            guard !lines.isEmpty else { return }
            progress["output"] = CollectionProgress.Position(bytes: number, lines: number)
            try await receive(lines, progress)
        }
    }
}
