import LLMBatchCore

/// Turns the bytes of one result into a received line.
typealias ResultDecoder = (_ bytes: [UInt8], _ source: ResultSource, _ endpoint: Endpoint) -> ReceivedLine

/// Receives result lines, with the progress of the collection after them.
typealias ResultReceiver = ([ReceivedLine], CollectionProgress) async throws -> Void

/// Reads a job's result files, each from where an earlier collection stopped.
struct ResultFileReader {
    let job: RemoteJobFiles
    let transport: HTTPTransport
    /// The member that identifies the request, for lines that cannot be read.
    var idKey = "custom_id"
    let decode: ResultDecoder
    private(set) var progress: CollectionProgress

    init(
        _ job: RemoteJobFiles, over transport: HTTPTransport, idKey: String = "custom_id",
        decode: @escaping ResultDecoder
    ) {
        self.job = job
        self.transport = transport
        self.idKey = idKey
        self.decode = decode
        progress = job.collected
    }

    /// Downloads a file and passes on its lines, with the progress after each chunk.
    ///
    /// - Parameter name: identifies the file in the progress and in the source of each result.
    /// - Throws: ``ProviderError`` for a failed download; whatever `receive` throws.
    mutating func read(
        _ name: String, with call: HTTPTransport.Call, _ receive: ResultReceiver
    ) async throws {
        let endpoint = job.endpoint
        let decode = decode
        var lines = ResultLines(
            name: name, from: progress[name], idKey: idKey, credential: transport.credential
        ) { decode($0, $1, endpoint) }
        var reached = progress
        try await transport.stream(call, from: progress[name].bytes) { chunk in
            let read = lines.lines(in: chunk)
            guard !read.isEmpty else { return }
            reached[name] = lines.position
            try await receive(read, reached)
        }
        let rest = lines.rest()
        reached[name] = lines.position
        if !rest.isEmpty { try await receive(rest, reached) }
        progress = reached
    }

    /// Downloads the output file and the error file, where the job has them.
    mutating func readFiles(
        _ receive: ResultReceiver, _ call: (_ fileID: String) -> HTTPTransport.Call
    ) async throws {
        for (name, id) in [("output", job.outputFileID), ("error", job.errorFileID)] {
            if let id { try await read(name, with: call(id), receive) }
        }
    }
}

/// Reads results that arrive as elements of an answer instead of lines of a file. The position is counted in elements.
struct ResultElementReader {
    private let job: RemoteJobFiles
    private let credential: any Credential
    private let decode: ResultDecoder
    private var number = 0

    init(_ job: RemoteJobFiles, over transport: HTTPTransport, decode: @escaping ResultDecoder) {
        self.job = job
        credential = transport.credential
        self.decode = decode
    }

    /// Passes on the elements that no earlier collection has read.
    mutating func read(_ elements: [[UInt8]], _ receive: ResultReceiver) async throws {
        var lines: [ReceivedLine] = []
        for element in elements {
            number += 1
            guard number > job.collected["output"].lines else { continue }
            let bytes = credential.redacted(JSONText.onOneLine(element))
            lines.append(decode(bytes, ResultSource(file: "output", line: number), job.endpoint))
        }
        guard !lines.isEmpty else { return }
        var progress = job.collected
        progress["output"] = .init(bytes: number, lines: number)
        try await receive(lines, progress)
    }
}
