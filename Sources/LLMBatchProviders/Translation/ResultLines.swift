import LLMBatchCore

/// Reads a file of results in a provider's own form from chunks, a line at a time.
struct ResultLines {
    private let name: String
    private let start: CollectionProgress.Position
    private let idKey: String
    private let credential: any Credential
    private let read: (_ line: [UInt8], _ source: ResultSource) -> ReceivedLine
    private var splitter: LineSplitter
    /// The place before a last line that is cut.
    private var cut: CollectionProgress.Position?

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

    /// The place after the last line that was given out, a cut one aside: the rest of that may still come.
    var position: CollectionProgress.Position {
        cut
            ?? CollectionProgress.Position(
                bytes: start.bytes.addingClamped(splitter.endedBytes), lines: splitter.endedLines)
    }

    mutating func lines(in chunk: [UInt8]) -> [ReceivedLine] { splitter.lines(in: chunk).compactMap(received) }

    /// The last line, where it has no line feed. One that cannot be read may have been cut by a connection that closed.
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
        var bytes = line.bytes
        // A byte order mark is no part of the first line of a file.
        if line.number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return nil }
        let source = ResultSource(file: name, line: line.number)
        bytes = credential.redacted(bytes)
        guard !line.isTooLong else {
            return OpenAIResultLine.unreadable(bytes, source, "the line is too long", idKey: idKey)
        }
        return read(bytes, source)
    }
}
