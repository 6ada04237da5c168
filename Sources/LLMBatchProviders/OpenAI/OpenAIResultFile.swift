import LLMBatchCore

/// Reads a result file of the OpenAI Batch API from chunks, a line at a time.
struct OpenAIResultFile {
    private let name: String
    private let endpoint: Endpoint
    private let start: CollectionProgress.Position
    private let credential: any Credential
    private var splitter: LineSplitter

    /// - Parameters:
    ///   - start: where in the file the first chunk begins.
    ///   - credential: its secrets are taken out of lines, should the service repeat them there.
    init(name: String, endpoint: Endpoint, from start: CollectionProgress.Position, credential: any Credential) {
        self.name = name
        self.endpoint = endpoint
        self.start = start
        self.credential = credential
        splitter = LineSplitter(maximumLength: LongestLine.result, after: start.lines)
    }

    /// The place after the last line that was given out.
    var position: CollectionProgress.Position {
        CollectionProgress.Position(bytes: start.bytes + splitter.endedBytes, lines: splitter.endedLines)
    }

    mutating func lines(in chunk: [UInt8]) -> [ReceivedLine] {
        splitter.lines(in: chunk).compactMap(read)
    }

    mutating func rest() -> [ReceivedLine] {
        splitter.rest().flatMap(read).map { [$0] } ?? []
    }

    private func read(_ line: LineSplitter.Line) -> ReceivedLine? {
        let clean = LineSplitter.Line(
            number: line.number, bytes: credential.redacted(line.bytes), isTooLong: line.isTooLong)
        return OpenAIResultLine.read(clean, file: name, endpoint: endpoint)
    }
}
