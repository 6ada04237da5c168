import LLMBatchCore

/// Reads a result file of the OpenAI Batch API from chunks, a line at a time.
struct OpenAIResultFile {
    /// A longer line is its request's failure, and no other's.
    static let longestLine = 16 * 1024 * 1024

    private let name: String
    private let endpoint: Endpoint
    private var splitter = LineSplitter(maximumLength: OpenAIResultFile.longestLine)

    init(name: String, endpoint: Endpoint) {
        self.name = name
        self.endpoint = endpoint
    }

    mutating func lines(in chunk: [UInt8]) -> [ReceivedLine] {
        splitter.lines(in: chunk).compactMap { OpenAIResultLine.read($0, file: name, endpoint: endpoint) }
    }

    mutating func rest() -> [ReceivedLine] {
        splitter.rest().flatMap { OpenAIResultLine.read($0, file: name, endpoint: endpoint) }.map { [$0] } ?? []
    }
}
