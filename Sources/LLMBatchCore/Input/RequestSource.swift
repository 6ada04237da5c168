/// Where the requests of a new batch come from: a JSONL file, standard input, or a list made in code.
///
/// A file is read as a stream, line by line; nothing of it is kept in memory but the chunk on its way to the store.
public struct RequestSource: Sendable {
    /// What errors call it: the file's name, `standard input`, or `list`.
    public let name: String
    private let content: Content

    private enum Content: Sendable {
        case file(String)
        case opened(FileBytes)
        case requests([BatchRequest])
        case packs(RowSource, JobDefinition)
        case streamed(Stream)
    }

    /// Gives out the text of canonical lines, a bounded chunk at a time.
    typealias Stream = @Sendable (_ receive: ([UInt8]) async throws -> Void) async throws -> Void

    /// The endpoint of lines that do not name one themselves.
    public var endpoint: Endpoint?

    /// A file of OpenAI batch lines, or of bare bodies.
    public static func jsonl(_ path: String, endpoint: Endpoint? = nil) -> RequestSource {
        RequestSource(name: path, content: .file(path), endpoint: endpoint)
    }

    /// The same from a file that is opened at once, so that what is read twice (checked first, then stored) is one file;
    /// also from a pipe or a device.
    ///
    /// - Throws: `file` when it cannot be read.
    public static func opened(_ path: String, endpoint: Endpoint? = nil) throws -> RequestSource {
        RequestSource(name: path, content: .opened(try FileBytes(path: path)), endpoint: endpoint)
    }

    /// The same from standard input.
    ///
    /// - Throws: `file` when it cannot be read.
    public static func standardInput(endpoint: Endpoint? = nil) throws -> RequestSource {
        RequestSource(name: "standard input", content: .opened(try .standardInput()), endpoint: endpoint)
    }

    /// Requests made in code.
    public static func requests(_ requests: [BatchRequest]) -> RequestSource {
        RequestSource(name: "list", content: .requests(requests), endpoint: nil)
    }

    /// Lines that come from elsewhere.
    static func streamed(_ name: String, _ stream: @escaping Stream, endpoint: Endpoint) -> RequestSource {
        RequestSource(name: name, content: .streamed(stream), endpoint: endpoint)
    }

    /// The rows of a job, packed into its requests.
    static func packs(_ rows: RowSource, of definition: JobDefinition) -> RequestSource {
        RequestSource(name: rows.name, content: .packs(rows, definition), endpoint: nil)
    }

    /// One chat request a list of messages, with parameters (model, token limit …) that all share; ids are `request-1` …
    public static func messages(_ conversations: [[ChatMessage]], parameters: [String: JSONValue]) -> RequestSource {
        let bodies = conversations.map { messages in
            parameters.merging(["messages": .array(messages.map(\.json))]) { _, own in own }
        }
        return numbered(bodies, .chatCompletions)
    }

    /// One embeddings request a text, with parameters (model, dimensions …) that all share; ids are `request-1` …
    public static func texts(_ texts: [String], parameters: [String: JSONValue]) -> RequestSource {
        numbered(texts.map { text in parameters.merging(["input": .string(text)]) { _, own in own } }, .embeddings)
    }

    private static func numbered(_ bodies: [[String: JSONValue]], _ endpoint: Endpoint) -> RequestSource {
        .requests(
            bodies.enumerated().map { index, body in
                BatchRequest(customID: CustomID("request-\(index + 1)"), endpoint: endpoint, body: body)
            })
    }

    /// Reads all requests, checked, in chunks of bounded size.
    ///
    /// - Throws: `invalidInput` with file, line and reason; `file` when it cannot be read; whatever `receive` throws.
    func read(_ receive: ([NewRequest]) async throws -> Void) async throws {
        var collector = RequestCollector(source: name, line: RequestLine(endpoint: endpoint))
        switch content {
        case .requests(let requests):
            for request in requests {
                try collector.add(request, sourceLine: nil)
                if collector.isFull { try await receive(collector.take()) }
            }
        case .packs(let rows, let definition): try await pack(rows, definition, into: &collector, receive)
        case .file(let path): try await read(try FileBytes(path: path), into: &collector, receive)
        case .opened(let file): try await read(file, into: &collector, receive)
        case .streamed(let stream): try await read(stream, into: &collector, receive)
        }
        try collector.finish()
        try await receive(collector.take())
    }

    private func pack(
        _ rows: RowSource, _ definition: JobDefinition, into collector: inout RequestCollector,
        _ receive: ([NewRequest]) async throws -> Void
    ) async throws {
        var writer = try PackWriter(definition)
        try await rows.read { row in
            for request in try writer.add(row) { try collector.add(request, sourceLine: nil) }
            if collector.isFull { try await receive(collector.take()) }
        }
        for request in try writer.rest() { try collector.add(request, sourceLine: nil) }
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
        var splitter = LineSplitter(maximumLength: LongestLine.request)
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

/// One message of a chat request.
public struct ChatMessage: Sendable, Hashable {
    /// Who speaks: `user`, `system`, `assistant` …
    public var role: String
    /// What is said.
    public var content: String

    /// Makes one of its parts.
    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }

    /// A message of the user.
    public static func user(_ content: String) -> ChatMessage { ChatMessage(role: "user", content: content) }
    /// A message that instructs the model.
    public static func system(_ content: String) -> ChatMessage { ChatMessage(role: "system", content: content) }
    /// A message of the model.
    public static func assistant(_ content: String) -> ChatMessage { ChatMessage(role: "assistant", content: content) }

    var json: JSONValue { ["role": .string(role), "content": .string(content)] }
}
