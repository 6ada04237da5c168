/// A typed transformation of rows: a prompt and a type, rows in, one value a row out.
///
/// A job runs as a batch: its rows are packed into requests, which are kept, submitted, retried and asked about like any
/// other. So it survives the end of the process at any moment: run again under the same name, it goes on where it was.
/// Answers are held against the schema of `Output` and decoded strictly; only rows without a good value are asked again.
///
/// ```swift
/// let job = try Job<Verdict>(prompt: "Classify the review.")
/// let result = try await job.run(on: .openAI(model: "gpt-5-mini"), data: rows, storage: .sqlite("jobs.db"), name: "reviews")
/// ```
public struct Job<Output: Codable & Sendable>: Sendable {
    /// What is asked of every row.
    public let definition: JobDefinition
    /// Requests on their way at once, at a realtime provider; nil leaves it to the provider.
    public let concurrency: Int?
    /// Whether a job with rows that have no value ends in an error.
    public let stopOnExhaustion: Bool
    var clock = RunnerClock.system
    var reusesAnswers = false
    var reusesImports = false

    /// Makes a job.
    ///
    /// - Parameters:
    ///   - prompt: what the model is to do with each row.
    ///   - batchSize: how many rows a request holds.
    ///   - concurrency: requests on their way at once, at a realtime provider; the provider's own number when nil, and
    ///     never more than its option `concurrency` says.
    ///   - maxRetries: how often what failed is asked again.
    ///   - shuffle: mixes the rows before they are packed, within windows of about ten thousand; results stay in order.
    ///   - stopOnExhaustion: whether rows that are left without a value end ``run(on:data:storage:name:fork:)`` in a
    ///     ``JobExhaustion``; else they are among ``JobResult/errors``.
    ///   - schema: a schema written by hand, in place of the one derived from `Output`.
    ///   - parameters: other members of every request's body (`temperature`, `max_tokens` …).
    /// - Throws: `invalidConfiguration`, naming the value that makes no sense, or the part of `Output` that has no schema.
    public init(
        prompt: String, batchSize: Int = 10, concurrency: Int? = nil, maxRetries: Int = 3, shuffle: Bool = false,
        stopOnExhaustion: Bool = true, schema: OutputSchema? = nil, parameters: [String: JSONValue] = [:]
    ) throws(LLMBatchError) {
        let output: JobDefinition.Output
        if let schema {
            output = .values(schema)
        } else if Output.self == String.self {
            output = .text
        } else {
            output = .values(try OutputSchema.derived(from: Output.self))
        }
        let definition = try JobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, shuffle: shuffle,
            parameters: parameters)
        try self.init(definition, concurrency: concurrency, stopOnExhaustion: stopOnExhaustion)
    }

    init(_ definition: JobDefinition, concurrency: Int?, stopOnExhaustion: Bool) throws(LLMBatchError) {
        if let concurrency, concurrency < 1 {
            throw JobDefinition.refusal("concurrency is \(concurrency); at least 1 request is on its way")
        }
        self.definition = definition
        self.concurrency = concurrency
        self.stopOnExhaustion = stopOnExhaustion
    }

    /// The same job, answering what it can from answers that the storage has already: see
    /// ``Batch/reusingAnswers(fromImports:)``.
    public func reusingAnswers(fromImports: Bool = false) -> Job { reusing(true, imports: fromImports) }

    func reusing(_ reuses: Bool, imports: Bool) -> Job {
        var copy = self
        copy.reusesAnswers = reuses
        copy.reusesImports = imports
        return copy
    }

    /// The same job with another clock.
    public func on(_ clock: RunnerClock) -> Job {
        var copy = self
        copy.clock = clock
        return copy
    }
}

extension Job where Output == [Double] {
    /// A job that embeds the text in a member of each row: its values are vectors.
    ///
    /// - Parameters:
    ///   - member: the member that holds the text.
    ///   - batchSize: how many texts a request holds.
    ///   - parameters: other members of every request's body (`dimensions` …).
    /// - Throws: `invalidConfiguration`, naming the value that makes no sense.
    public static func embeddings(
        of member: String, batchSize: Int = 100, concurrency: Int? = nil, maxRetries: Int = 3,
        stopOnExhaustion: Bool = true, parameters: [String: JSONValue] = [:]
    ) throws(LLMBatchError) -> Job {
        let definition = try JobDefinition(
            prompt: "", output: .embedding(of: member), batchSize: batchSize, maxRetries: maxRetries,
            parameters: parameters)
        return try Job(definition, concurrency: concurrency, stopOnExhaustion: stopOnExhaustion)
    }
}
