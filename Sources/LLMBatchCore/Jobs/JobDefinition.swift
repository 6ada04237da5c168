import Crypto
import Foundation

/// What a job asks of every row: stored with its batch, so that any process can check, retry and read it.
///
/// Two definitions that ask the same make the same requests of the same rows, byte for byte.
public struct JobDefinition: Sendable, Hashable {
    /// What a row becomes.
    public enum Output: Sendable, Hashable {
        /// A value of this schema.
        case values(OutputSchema)
        /// A text.
        case text
        /// The vector of the text in this member of the row.
        case embedding(of: String)
    }

    /// What the model is to do with each row; nothing for embeddings.
    public let prompt: String
    /// What a row becomes.
    public let output: Output
    /// How many rows a request holds.
    public let batchSize: Int
    /// How often what failed is asked again. Not part of what is asked, so it may differ when a job goes on.
    public let maxRetries: Int
    /// Other members of every request's body (`temperature`, `max_tokens` …).
    public let parameters: [String: JSONValue]
    /// What rows were mixed by; nil when they are packed in their order.
    package let shuffleSeed: Int?
    /// The form in which the schema is sent: OpenAI's strict one where it can say the schema.
    let dialect: SchemaDialect

    /// Makes one of its parts.
    ///
    /// - Throws: `invalidConfiguration`, naming the value that makes no sense.
    public init(
        prompt: String, output: Output, batchSize: Int = 10, maxRetries: Int = 3, shuffle: Bool = false,
        parameters: [String: JSONValue] = [:]
    ) throws(LLMBatchError) {
        let plain = JobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: nil, dialect: try Self.dialect(of: output))
        try plain.check()
        // Taken from the rest, so that the same job of the same rows is the same batch.
        self = shuffle ? plain.shuffled(by: plain.seed) : plain
    }

    init(
        prompt: String, output: Output, batchSize: Int, maxRetries: Int, parameters: [String: JSONValue],
        shuffleSeed: Int?, dialect: SchemaDialect
    ) {
        self.prompt = prompt
        self.output = output
        self.batchSize = batchSize
        self.maxRetries = maxRetries
        self.parameters = parameters
        self.shuffleSeed = shuffleSeed
        self.dialect = dialect
    }

    private static func dialect(of output: Output) throws(LLMBatchError) -> SchemaDialect {
        guard case .values(let schema) = output else { return .openAI }
        let packed = try schema.packed()
        return (try? packed.form(.openAI)) == nil ? .plain : .openAI
    }

    /// The same job of one row a request, in their order: what a test asks.
    package func forOneRow() -> JobDefinition {
        JobDefinition(
            prompt: prompt, output: output, batchSize: 1, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: nil, dialect: dialect)
    }

    /// The same job with its schema in the form that a provider takes, where it can be said in it.
    func written(for provider: Provider) -> JobDefinition {
        guard case .batch(let remote) = provider.kind, let dialect = remote.limits.schemas,
            (try? rowSchema?.packed().form(dialect)) != nil
        else { return self }
        return JobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: shuffleSeed, dialect: dialect)
    }

    private func shuffled(by seed: Int) -> JobDefinition {
        JobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: seed, dialect: dialect)
    }

    /// A number that any JSON reader can hold.
    private var seed: Int {
        SHA256.hash(data: json).prefix(6).reduce(0) { $0 << 8 | Int($1) }
    }

    /// What the requests go to.
    public var endpoint: Endpoint {
        if case .embedding = output { .embeddings } else { .chatCompletions }
    }

    /// The output schema, where there is one.
    public var schema: OutputSchema? {
        if case .values(let schema) = output { schema } else { nil }
    }

    /// The schema of what stands in a row of an answer; nil where a plain text or a vector is asked.
    var rowSchema: OutputSchema? {
        get throws(LLMBatchError) {
            switch output {
            case .values(let schema): schema
            case .text: asksPlainText ? nil : try Self.text
            case .embedding: nil
            }
        }
    }

    private static var text: OutputSchema {
        get throws(LLMBatchError) {
            try OutputSchema(
                root: [
                    "type": "object", "properties": ["text": ["type": "string", "minLength": 1]], "required": ["text"],
                    "additionalProperties": false,
                ])
        }
    }

    /// True when a request asks for the plain text of one row rather than for a list of rows.
    var asksPlainText: Bool { output == .text && batchSize == 1 }

    /// What differs from `other` in what is asked, in words; empty when both ask the same.
    public func differences(from other: JobDefinition) -> [String] {
        var names: [String] = []
        if prompt != other.prompt { names.append("the prompt") }
        switch (output, other.output) {
        case (.values(let one), .values(let two)):
            if one != two { names.append("the schema") }
        default:
            if output != other.output { names.append("the output (\(output.name), was \(other.output.name))") }
        }
        if batchSize != other.batchSize { names.append("batchSize (\(batchSize), was \(other.batchSize))") }
        let isShuffled = shuffleSeed != nil
        if isShuffled != (other.shuffleSeed != nil) { names.append("shuffle (\(isShuffled), was \(!isShuffled))") }
        if parameters != other.parameters { names.append("the parameters") }
        return names
    }
}

extension JobDefinition.Output {
    /// A short word for it.
    var name: String {
        switch self {
        case .values: "values"
        case .text: "text"
        case .embedding(let member): "embedding of \(member)"
        }
    }
}
