public import LLMBatchCore

extension GeminiBatchProvider {
    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        if let output = files.outputFileID { return try await fileResults(output, files, receive) }
        let operation = try WireReading.object(try await operation(files.jobID))
        // A job that was taken up before it told where its answers are.
        if let output = GeminiWire.job(operation)?.outputFileID {
            return try await fileResults(output, files, receive)
        }
        try await inlineResults(operation, files, receive)
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

    /// Answers that stand in the operation, a page at a time; the place in them is counted in answers.
    private func inlineResults(
        _ operation: JSONObject, _ files: RemoteJobFiles,
        _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = files.collected
        let answers = GeminiWire.inlinedResponses(operation)
        let page = 200
        for start in stride(from: progress["output"].lines, to: answers.count, by: page) {
            let end = min(start + page, answers.count)
            let lines = (start..<end).map { place in
                GeminiResultLine.read(
                    JSONText.onOneLine(Array(answers[place].text)),
                    source: ResultSource(file: "output", line: place + 1),
                    endpoint: files.endpoint)
            }
            progress["output"] = CollectionProgress.Position(bytes: end, lines: end)
            try await receive(lines, progress)
        }
    }
}
