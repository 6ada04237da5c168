import LLMBatchCore

/// Splits a result file into lines and decodes them, chunk by chunk.
struct ResultLines {
    private let name: String
    private let start: CollectionProgress.Position
    private let idKey: String
    private let credential: any Credential
    private let read: (_ line: [UInt8], _ source: ResultSource) -> ReceivedLine
    private var splitter: LineSplitter
    /// The position before a truncated last line.
    private var cut: CollectionProgress.Position?

    /// - Parameters:
    ///   - start: the position of the first chunk in the file.
    ///   - idKey: the member that identifies the request, for lines that cannot be read.
    ///   - credential: redacts its secrets from the lines.
    ///   - read: decodes a line that is neither blank nor too long.
    init(
        name: String, from start: CollectionProgress.Position, idKey: String, credential: any Credential,
        read: @escaping (_ line: [UInt8], _ source: ResultSource) -> ReceivedLine
    ) {
        self.name = name
        self.start = start
        self.idKey = idKey
        self.credential = credential
        self.read = read
        splitter = LineSplitter(maximumLength: LineLimits.result, after: start.lines)
    }

    /// The position after the last returned line, except a truncated one: the rest of that may still arrive.
    var position: CollectionProgress.Position {
        cut
            ?? CollectionProgress.Position(
                bytes: start.bytes.addingClamped(splitter.endedBytes), lines: splitter.endedLines)
    }

    mutating func lines(in chunk: [UInt8]) -> [ReceivedLine] { splitter.lines(in: chunk).compactMap(received) }

    /// The last line, if it has no line feed. If it cannot be read, a closed connection may have truncated it.
    mutating func rest() -> [ReceivedLine] {
        let before = position
        guard let line = splitter.rest(), let read = received(line) else { return [] }
        guard case .unreadable(let source, let reason, let bytes, let customID, _) = read, !line.isTooLong else {
            return [read]
        }
        cut = before
        return [.unreadable(source: source, reason: reason, line: bytes, customID: customID, isCut: true)]
    }

    private func received(_ line: LineSplitter.Line) -> ReceivedLine? {
        var bytes = line.number == 1 ? JSONText.withoutMark(line.bytes) : line.bytes
        if bytes.isBlank { return nil }
        let source = ResultSource(file: name, line: line.number)
        bytes = credential.redacted(bytes)
        guard !line.isTooLong else {
            return OpenAIResultLine.unreadable(bytes, source, "the line is too long", idKey: idKey)
        }
        return read(bytes, source)
    }
}
