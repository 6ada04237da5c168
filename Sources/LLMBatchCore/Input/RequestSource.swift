/// The source of a new batch's requests: a JSONL file, standard input, or a list built in code.
///
/// A file is streamed line by line; only the chunk being stored is in memory.
public struct RequestSource: Sendable {
    /// The name used in errors: the file's name, `standard input`, or `list`.
    package let name: String
    private let content: Content

    private enum Content: Sendable {
        case file(String)
        case opened(FileBytes)
        case requests([BatchRequest])
        case made(Making)
        case bytes([UInt8])
        case streamed(Stream)
    }

    /// Passes requests on one by one.
    package typealias Making = @Sendable (_ receive: (BatchRequest) async throws -> Void) async throws -> Void

    /// Passes on the text of canonical lines, a bounded chunk at a time.
    typealias Stream = @Sendable (_ receive: ([UInt8]) async throws -> Void) async throws -> Void

    /// The endpoint for lines that name none.
    public var endpoint: Endpoint?

    /// A file of OpenAI batch lines or bare bodies; opened when it is first read.
    public static func jsonl(_ path: String, endpoint: Endpoint? = nil) -> RequestSource {
        RequestSource(name: path, content: .file(path), endpoint: endpoint)
    }

    /// A file that is opened immediately, so that reading it twice (to validate, then to store) reads the same file.
    /// Pipes and devices are supported.
    ///
    /// - Throws: `file` when it cannot be read.
    public static func opened(_ path: String, endpoint: Endpoint? = nil) throws -> RequestSource {
        RequestSource(name: path, content: .opened(try FileBytes(path: path)), endpoint: endpoint)
    }

    /// Requests from standard input, in the same formats.
    ///
    /// - Throws: `file` when it cannot be read.
    public static func standardInput(endpoint: Endpoint? = nil) throws -> RequestSource {
        RequestSource(name: "standard input", content: .opened(try .standardInput()), endpoint: endpoint)
    }

    /// Request lines in memory, such as the body of an upload.
    ///
    /// - Parameter name: what errors call them.
    public static func bytes(_ bytes: [UInt8], name: String = "bytes", endpoint: Endpoint? = nil) -> RequestSource {
        RequestSource(name: name, content: .bytes(bytes), endpoint: endpoint)
    }

    /// Request lines from a stream of chunks, cut anywhere. It is read once; reading it again is an error.
    ///
    /// - Parameter name: what errors call it.
    public static func stream<Chunks: AsyncSequence & Sendable>(
        _ chunks: Chunks, name: String = "stream", endpoint: Endpoint? = nil
    ) -> RequestSource where Chunks.Element: Sequence<UInt8> {
        let turn = SingleTurn(name: name)
        return RequestSource(
            name: name,
            content: .streamed { receive in
                try turn.take()
                for try await chunk in chunks { try await receive(Array(chunk)) }
            }, endpoint: endpoint)
    }

    /// Requests built in code.
    public static func requests(_ requests: [BatchRequest]) -> RequestSource {
        RequestSource(name: "list", content: .requests(requests), endpoint: nil)
    }

    /// Lines from another source.
    static func streamed(_ name: String, _ stream: @escaping Stream, endpoint: Endpoint) -> RequestSource {
        RequestSource(name: name, content: .streamed(stream), endpoint: endpoint)
    }

    /// Requests that are generated as they are read, once each.
    package static func made(_ name: String, _ make: @escaping Making) -> RequestSource {
        RequestSource(name: name, content: .made(make), endpoint: nil)
    }

    /// One chat request per list of messages, with shared parameters (model, token limit and so on); ids are
    /// `request-1`, `request-2` and so on.
    public static func messages(_ conversations: [[ChatMessage]], parameters: [String: JSONValue]) -> RequestSource {
        let bodies = conversations.map { messages in
            parameters.merging(["messages": .array(messages.map(\.json))]) { _, own in own }
        }
        return numbered(bodies, .chatCompletions)
    }

    /// One embeddings request per text, with shared parameters (model, dimensions and so on); ids are `request-1`,
    /// `request-2` and so on.
    public static func texts(_ texts: [String], parameters: [String: JSONValue]) -> RequestSource {
        numbered(texts.map { text in parameters.merging(["input": .string(text)]) { _, own in own } }, .embeddings)
    }

    private static func numbered(_ bodies: [[String: JSONValue]], _ endpoint: Endpoint) -> RequestSource {
        .requests(
            bodies.enumerated().map { index, body in
                BatchRequest(customID: CustomID("request-\(index + 1)"), endpoint: endpoint, body: body)
            })
    }

    /// Reads and validates all requests, in chunks of bounded size.
    ///
    /// - Throws: `invalidInput` with file, line and reason; `file` when it cannot be read; any error thrown by
    ///   `receive`.
    func read(_ receive: ([NewRequest]) async throws -> Void) async throws {
        var collector = RequestCollector(source: name, line: RequestLine(endpoint: endpoint))
        switch content {
        case .requests(let requests):
            for request in requests {
                try collector.add(request, sourceLine: nil)
                if collector.isFull { try await receive(collector.take()) }
            }
        case .made(let make):
            try await make { request in
                try collector.add(request, sourceLine: nil)
                if collector.isFull { try await receive(collector.take()) }
            }
        case .file(let path): try await read(try FileBytes(path: path), into: &collector, receive)
        case .opened(let file): try await read(file, into: &collector, receive)
        case .bytes(let bytes):
            try JSONLForm.check(prefix: bytes, name: name, wanted: .requests)
            try await read({ try await $0(bytes) }, into: &collector, receive)
        case .streamed(let stream): try await read(stream, into: &collector, receive)
        }
        try collector.finish()
        try await receive(collector.take())
    }

    /// Its first requests, without reading all of it.
    func first(_ count: Int) async throws -> [NewRequest] {
        struct Enough: Error {}
        var found: [NewRequest] = []
        do {
            try await read { requests in
                found += requests.prefix(count - found.count)
                if found.count == count { throw Enough() }
            }
        } catch is Enough {}
        return found
    }

    private func read(
        _ file: FileBytes, into collector: inout RequestCollector, _ receive: ([NewRequest]) async throws -> Void
    ) async throws {
        try JSONLForm.check(file, name: name, wanted: .requests)
        try await read(file.read, into: &collector, receive)
    }

    private func read(
        _ chunks: @escaping (_ receive: ([UInt8]) async throws -> Void) async throws -> Void,
        into collector: inout RequestCollector, _ receive: ([NewRequest]) async throws -> Void
    ) async throws {
        var splitter = LineSplitter(maximumLength: LineLimits.request)
        try await chunks { chunk in
            try Task.checkCancellation()
            for line in splitter.lines(in: chunk) {
                try collector.add(line)
                if collector.isFull { try await receive(collector.take()) }
            }
        }
        if let line = splitter.rest() { try collector.add(line) }
    }
}
