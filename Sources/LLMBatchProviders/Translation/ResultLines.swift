import LLMBatchCore

/// Reads a file of results in a provider's own form from chunks, a line at a time.
struct ResultLines {
    private let name: String
    private let start: CollectionProgress.Position
    private let idKey: String
    private let credential: any Credential
    private let read: (_ line: [UInt8], _ source: ResultSource) -> ReceivedLine
    private var splitter: LineSplitter

    /// - Parameters:
    ///   - start: where in the file the first chunk begins.
    ///   - idKey: the member that names the request, for lines that cannot be read.
    ///   - credential: its secrets are taken out of lines, should the service repeat them there.
    ///   - read: what a line says that is neither empty nor too long.
    init(
        name: String, from start: CollectionProgress.Position, idKey: String, credential: any Credential,
        read: @escaping (_ line: [UInt8], _ source: ResultSource) -> ReceivedLine
    ) {
        self.name = name
        self.start = start
        self.idKey = idKey
        self.credential = credential
        self.read = read
        splitter = LineSplitter(maximumLength: LongestLine.result, after: start.lines)
    }

    /// The place after the last line that was given out.
    var position: CollectionProgress.Position {
        CollectionProgress.Position(bytes: start.bytes + splitter.endedBytes, lines: splitter.endedLines)
    }

    mutating func lines(in chunk: [UInt8]) -> [ReceivedLine] { splitter.lines(in: chunk).compactMap(received) }

    mutating func rest() -> [ReceivedLine] { splitter.rest().flatMap(received).map { [$0] } ?? [] }

    private func received(_ line: LineSplitter.Line) -> ReceivedLine? {
        if line.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
        let source = ResultSource(file: name, line: line.number)
        let bytes = credential.redacted(line.bytes)
        guard !line.isTooLong else {
            return OpenAIResultLine.unreadable(bytes, source, "the line is too long", idKey: idKey)
        }
        return read(bytes, source)
    }
}
