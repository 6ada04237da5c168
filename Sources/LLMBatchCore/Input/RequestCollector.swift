/// Validates requests one after another against the preceding ones, and collects them into chunks.
struct RequestCollector {
    /// A chunk is full at this many requests or bytes.
    private static let fullCount = 4000
    private static let fullBytes = 4 * 1024 * 1024

    let source: String
    let line: RequestLine
    private var first: (endpoint: Endpoint, sourceLine: Int?)?
    private var chunk: [NewRequest] = []
    private var chunkBytes = 0
    private var position = 0

    init(source: String, line: RequestLine) {
        self.source = source
        self.line = line
    }

    var isFull: Bool { chunk.count >= Self.fullCount || chunkBytes >= Self.fullBytes }

    mutating func take() -> [NewRequest] {
        defer { chunk = []; chunkBytes = 0 }
        return chunk
    }

    mutating func add(_ raw: LineSplitter.Line) throws {
        var bytes = raw.bytes
        if raw.number == 1, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { return }
        if raw.isTooLong { throw refusal(raw.number, "the line is longer than \(LineLimits.request >> 20) MiB") }
        let request: BatchRequest
        do {
            request = try line.request(bytes, number: raw.number)
        } catch {
            throw refusal(raw.number, error.reason, error.remedy)
        }
        try add(request, sourceLine: raw.number)
    }

    mutating func add(_ request: BatchRequest, sourceLine: Int?) throws {
        if let first, first.endpoint != request.endpoint {
            throw refusal(
                sourceLine,
                "the line is for \(request.endpoint), but line \(first.sourceLine ?? 1) is for \(first.endpoint): a batch has one endpoint"
            )
        }
        first = first ?? (request.endpoint, sourceLine)
        chunk.append(NewRequest(position: position, sourceLine: sourceLine, request: request))
        chunkBytes += request.line.count
        position += 1
    }

    func finish() throws {
        guard position == 0 else { return }
        throw LLMBatchError(
            .invalidInput, "\(source) contains no requests",
            remedy: "Each line is one request in the OpenAI batch format"
        )
    }

    private func refusal(_ sourceLine: Int?, _ reason: String, _ remedy: Remedy? = nil) -> LLMBatchError {
        let file = source == "standard input" ? "FILE" : source
        return LLMBatchError(
            .invalidInput, "\(source):\(sourceLine ?? position + 1): \(reason)",
            remedy: remedy.map { $0.naming(file).after("Nothing was stored") }
                ?? "Nothing was stored; correct the line")
    }
}
