public import LLMBatchCore
public import LLMBatchSchema
import Crypto
import Foundation

/// What a typed job asks about every row. It is stored with the batch, so that any process can validate, retry and read
/// it.
///
/// Equal definitions create the same requests from the same rows, byte for byte.
public struct TypedJobDefinition: Sendable {
    /// The kind of value that a row gets.
    public enum Output: Sendable {
        /// A value that matches this schema.
        case values(OutputSchema)
        /// A text.
        case text
        /// The vector of the text in this member of the row.
        case embedding(of: String)
    }

    /// The instructions for each row; empty for embeddings.
    public let prompt: String
    /// The kind of value that a row gets.
    public let output: Output
    /// The number of rows per request.
    public let batchSize: Int
    /// How often failures are retried. Not part of the requests, so it may change when a job is resumed.
    public let maxRetries: Int
    /// Other members of every request's body (`temperature`, `max_tokens` and so on).
    public let parameters: [String: JSONValue]
    /// The seed with which rows are shuffled; nil when they stay in order.
    package let shuffleSeed: Int?
    /// How requests ask for an answer that matches the schema.
    let asking: SchemaAsking
    /// True for a definition stored by version 0.1, which wrote requests differently.
    let isFormer: Bool

    /// Makes one of its parts.
    ///
    /// - Throws: `invalidConfiguration` with the invalid value.
    public init(
        prompt: String, output: Output, batchSize: Int = 10, maxRetries: Int = 3, shuffle: Bool = false,
        parameters: [String: JSONValue] = [:]
    ) throws(LLMBatchError) {
        let plain = TypedJobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: nil, asking: SchemaAsking(try Self.dialect(of: output), countsRows: true))
        try plain.check()
        // Derived from the other members, so that the same job on the same rows is the same batch.
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
        let grouped = try schema.grouped()
        return (try? grouped.form(.openAI)) == nil ? .plain : .openAI
    }

    /// The same job with one row per request, in order, as a test sends it.
    package func forOneRow() -> TypedJobDefinition {
        TypedJobDefinition(
            prompt: prompt, output: output, batchSize: 1, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: nil, asking: asking)
    }

    /// The same job with its schema in the provider's dialect, where that can express it.
    func written(for provider: Provider) -> TypedJobDefinition {
        var asking = provider.asking
        if (try? rowSchema?.grouped().form(asking.dialect)) == nil { asking.dialect = self.asking.dialect }
        return TypedJobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: shuffleSeed, asking: asking)
    }

    private func shuffled(by seed: Int) -> TypedJobDefinition {
        TypedJobDefinition(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: maxRetries, parameters: parameters,
            shuffleSeed: seed, asking: asking)
    }

    /// A number that any JSON parser can hold.
    private var seed: Int {
        SHA256.hash(data: json).prefix(6).reduce(0) { $0 << 8 | Int($1) }
    }

    /// The endpoint of the requests.
    public var endpoint: Endpoint {
        if case .embedding = output { .embeddings } else { .chatCompletions }
    }

    /// The output schema; nil for text and embeddings.
    public var schema: OutputSchema? {
        if case .values(let schema) = output { schema } else { nil }
    }

    /// The schema of a row's entry in an answer; nil for plain text and vectors.
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

    /// The differences from `other` in what is asked, as phrases; empty when there are none.
    public func differences(from other: TypedJobDefinition) -> [String] {
        var names: [String] = []
        if !prompt.hasSameBytes(as: other.prompt) { names.append("the prompt") }
        switch (output, other.output) {
        case (.values(let one), .values(let two)):
            if one != two { names.append("the schema") }
        default:
            if output != other.output { names.append("the output (\(output.name), was \(other.output.name))") }
        }
        // Requests written in another way ask the same, but their answers cannot be read in place of each other.
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

extension TypedJobDefinition: Hashable {
    /// Equal when both create the same requests, with strings compared by bytes and numbers by value.
    public static func == (one: TypedJobDefinition, other: TypedJobDefinition) -> Bool {
        one.differences(from: other).isEmpty && one.maxRetries == other.maxRetries
            && one.shuffleSeed == other.shuffleSeed && one.asking == other.asking
    }

    /// Hashes part of what equality compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(Array(prompt.utf8))
        hasher.combine(batchSize)
    }
}

extension TypedJobDefinition.Output: Hashable {
    public static func == (one: Self, other: Self) -> Bool {
        switch (one, other) {
        case (.values(let one), .values(let other)): one == other
        case (.text, .text): true
        case (.embedding(let one), .embedding(let other)): one.hasSameBytes(as: other)
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .values(let schema): hasher.combine(schema)
        case .text: hasher.combine(0)
        case .embedding(let member): hasher.combine(Array(member.utf8))
        }
    }
}

extension TypedJobDefinition.Output {
    /// A short name of the kind.
    var name: String {
        switch self {
        case .values: "values"
        case .text: "text"
        case .embedding(let member): "embedding of \(member)"
        }
    }
}
