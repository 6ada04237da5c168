public import LLMBatchCore
public import LLMBatchSchema

/// A typed transformation of rows: a prompt and a type, rows in, one value per row out.
///
/// A job runs as a batch: its rows are grouped into requests, which are stored, submitted, retried and queried like any
/// others. It therefore survives the end of the process at any moment: run again under the same name, it resumes.
/// Answers are validated against the schema of `Output` and decoded strictly; only rows without a valid value are
/// retried.
///
/// ```swift
/// let job = try Job<Verdict>(prompt: "Classify the review.")
/// let result = try await job.run(on: .openAI(model: "gpt-5-mini"), data: rows, storage: .sqlite("jobs.db"), name: "reviews")
/// ```
public struct Job<Output: Codable & Sendable>: Sendable {
    /// The definition: what the job asks about every row.
    public let definition: TypedJobDefinition
    /// The maximum number of requests in flight, at a realtime provider; nil leaves it to the provider.
    public let concurrency: Int?
    /// Whether a job that leaves rows without a value throws an error.
    public let stopOnExhaustion: Bool
    var clock = RunnerClock.system
    var reusesAnswers = false
    var reusesImports = false

    /// Creates a job.
    ///
    /// - Parameters:
    ///   - prompt: the instructions for each row.
    ///   - batchSize: the number of rows per request.
    ///   - concurrency: the maximum number of requests in flight, at a realtime provider. Nil uses the provider's own
    ///     limit, which is never exceeded.
    ///   - maxRetries: how often failures are retried.
    ///   - shuffle: shuffles the rows before grouping them, within windows of about ten thousand; results stay in
    ///     order.
    ///   - stopOnExhaustion: whether ``run(on:data:storage:name:fork:)`` throws ``TypedJobExhaustion`` when rows are
    ///     left without a value; otherwise they are listed in ``TypedJobResult/errors``.
    ///   - schema: a schema to use in place of the one derived from `Output`.
    ///   - parameters: other members of every request's body (`temperature`, `max_tokens` and so on).
    /// - Throws: `invalidConfiguration` with the invalid value, or with the part of `Output` that has no schema.
    public init(
        prompt: String, batchSize: Int = 10, concurrency: Int? = nil, maxRetries: Int = 3, shuffle: Bool = false,
        stopOnExhaustion: Bool = true, schema: OutputSchema? = nil, parameters: [String: JSONValue] = [:]
    ) throws(LLMBatchError) {
        let output: TypedJobDefinition.Output
        if let schema {
            output = .values(schema)
        } else if Output.self == String.self {
            output = .text
        } else {
            output = .values(try OutputSchema.derived(from: Output.self))
        }
        let definition = try TypedJobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, shuffle: shuffle,
            parameters: parameters)
        try self.init(definition, concurrency: concurrency, stopOnExhaustion: stopOnExhaustion)
    }

    init(_ definition: TypedJobDefinition, concurrency: Int?, stopOnExhaustion: Bool) throws(LLMBatchError) {
        if let concurrency, concurrency < 1 {
            throw TypedJobDefinition.refusal("concurrency is \(concurrency); it must be at least 1")
        }
        self.definition = definition
        self.concurrency = concurrency
        self.stopOnExhaustion = stopOnExhaustion
    }

    /// The same job, reusing answers that its storage already has: see ``Batch/reusingAnswers(fromImports:)``.
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
    /// Creates a job that embeds the text in a member of each row; its values are vectors.
    ///
    /// - member: the member that contains the text.
    ///   - member: the member that holds the text.
    ///   - batchSize: the number of texts per request.
    ///   - parameters: other members of every request's body (`dimensions` and so on).
    /// - Throws: `invalidConfiguration` with the invalid value.
    public static func embeddings(
        of member: String, batchSize: Int = 100, concurrency: Int? = nil, maxRetries: Int = 3,
        stopOnExhaustion: Bool = true, parameters: [String: JSONValue] = [:]
    ) throws(LLMBatchError) -> Job {
        let definition = try TypedJobDefinition(
            prompt: "", output: .embedding(of: member), batchSize: batchSize, maxRetries: maxRetries,
            parameters: parameters)
        return try Job(definition, concurrency: concurrency, stopOnExhaustion: stopOnExhaustion)
    }
}
