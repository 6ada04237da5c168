import Crypto
import Foundation

/// What a job asks of every row: stored with its batch, so that any process can check, retry and read it.
///
/// Two definitions that ask the same make the same requests of the same rows, byte for byte.
public struct JobDefinition: Sendable {
    /// What a row becomes.
    public enum Output: Sendable {
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
    /// How the schema is sent.
    let asking: SchemaAsking
    /// True of a definition that Version 0.1 stored, whose requests were written in another way.
    let isFormer: Bool

    /// Makes one of its parts.
    ///
    /// - Throws: `invalidConfiguration`, naming the value that makes no sense.
    public init(
        prompt: String, output: Output, batchSize: Int = 10, maxRetries: Int = 3, shuffle: Bool = false,
        parameters: [String: JSONValue] = [:]
    ) throws(LLMBatchError) {
        let plain = JobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: nil, asking: SchemaAsking(try Self.dialect(of: output), countsRows: true))
        try plain.check()
        // Taken from the rest, so that the same job of the same rows is the same batch.
        self = shuffle ? plain.shuffled(by: plain.seed) : plain
    }

    init(
        prompt: String, output: Output, batchSize: Int, maxRetries: Int, parameters: [String: JSONValue],
        shuffleSeed: Int?, asking: SchemaAsking, isFormer: Bool = false
    ) {
        self.prompt = prompt
        self.output = output
        self.batchSize = batchSize
        self.maxRetries = maxRetries
        self.parameters = parameters
        self.shuffleSeed = shuffleSeed
        self.asking = asking
        self.isFormer = isFormer
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
            shuffleSeed: nil, asking: asking)
    }

    /// The same job with its schema in the form that a provider takes, where it can be said in it.
    func written(for provider: Provider) -> JobDefinition {
        var asking = provider.asking
        if (try? rowSchema?.packed().form(asking.dialect)) == nil { asking.dialect = self.asking.dialect }
        return JobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: shuffleSeed, asking: asking)
    }

    private func shuffled(by seed: Int) -> JobDefinition {
        JobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: seed, asking: asking)
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
        if !prompt.hasSameBytes(as: other.prompt) { names.append("the prompt") }
        switch (output, other.output) {
        case (.values(let one), .values(let two)):
            if one != two { names.append("the schema") }
        default:
            if output != other.output { names.append("the output (\(output.name), was \(other.output.name))") }
        }
        // Requests that are written in another way ask the same, but no answer of one can be read as the other's.
        if !isFormer, !other.isFormer, schema != nil, asking != other.asking {
            names.append("how the schema is sent (\(asking), was \(other.asking))")
        }
        if batchSize != other.batchSize { names.append("batchSize (\(batchSize), was \(other.batchSize))") }
        let isShuffled = shuffleSeed != nil
        if isShuffled != (other.shuffleSeed != nil) { names.append("shuffle (\(isShuffled), was \(!isShuffled))") }
        if JSONValue.object(parameters) != .object(other.parameters) { names.append("the parameters") }
        return names
    }
}

extension JobDefinition: Hashable {
    /// Equal when both ask the same in the same way, texts compared by bytes and numbers by value.
    public static func == (one: JobDefinition, other: JobDefinition) -> Bool {
        one.differences(from: other).isEmpty && one.maxRetries == other.maxRetries
            && one.shuffleSeed == other.shuffleSeed && one.asking == other.asking
    }

    /// Hashes a part of what equality compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(Array(prompt.utf8))
        hasher.combine(batchSize)
    }
}

extension JobDefinition.Output: Hashable {
    /// Equal when the schema, or the bytes of the member's name, are.
    public static func == (one: Self, other: Self) -> Bool {
        switch (one, other) {
        case (.values(let one), .values(let other)): one == other
        case (.text, .text): true
        case (.embedding(let one), .embedding(let other)): one.hasSameBytes(as: other)
        default: false
        }
    }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .values(let schema): hasher.combine(schema)
        case .text: hasher.combine(0)
        case .embedding(let member): hasher.combine(Array(member.utf8))
        }
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
