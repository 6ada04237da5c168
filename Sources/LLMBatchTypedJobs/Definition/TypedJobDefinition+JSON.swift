package import LLMBatchCore
import LLMBatchSchema

extension TypedJobDefinition {
    private static let version = 2

    /// The stored form of the definition: one JSON object that contains the original schema.
    package var json: [UInt8] {
        var text = Array("{\"job\":\(Self.version),\"output\":".utf8)
        switch output {
        case .values(let schema): text += Array("\"values\",\"schema\":".utf8) + schema.json
        case .text: text += Array("\"text\"".utf8)
        case .embedding(let member): text += Array("\"embedding\",\"of\":".utf8) + JSONText.quoted(member)
        }
        text += Array(",\"prompt\":".utf8) + JSONText.quoted(prompt)
        text += Array(",\"batch_size\":\(batchSize),\"max_retries\":\(maxRetries)".utf8)
        text += Array(",\"dialect\":\"\(asking.dialect.rawValue)\",\"counts_rows\":\(asking.countsRows)".utf8)
        text += Array(",\"structured_output\":\"\(asking.way.rawValue)\"".utf8)
        if let shuffleSeed { text += Array(",\"shuffle_seed\":\(shuffleSeed)".utf8) }
        if !parameters.isEmpty { text += Array(",\"parameters\":".utf8) + JSONValue.object(parameters).json }
        return text + Array("}".utf8)
    }

    /// Parses a stored definition.
    ///
    /// - Throws: `storage` when it was written by a newer version, or is not valid.
    package init(stored text: String) throws(LLMBatchError) {
        guard let object = try? JSONObject(Array(text.utf8)), let version = object.integer("job") else {
            throw LLMBatchError(.storage, "the stored job definition is not valid")
        }
        guard (1...Self.version).contains(version) else {
            throw LLMBatchError(
                .storage, "the stored job definition was written by a newer version of LLMBatch",
                remedy: "Update LLMBatch")
        }
        guard let prompt = object.string("prompt"), let batchSize = object.integer("batch_size"), batchSize >= 1,
            let output = try Self.output(object),
            let dialect = object.string("dialect").flatMap(SchemaDialect.init(rawValue:)),
            let way = StructuredOutput(rawValue: object.string("structured_output") ?? StructuredOutput.format.rawValue)
        else { throw LLMBatchError(.storage, "the stored job definition is incomplete") }
        self.init(
            prompt: prompt, output: output, batchSize: batchSize, maxRetries: object.integer("max_retries") ?? 0,
            parameters: try Self.parameters(object),
            shuffleSeed: object.integer("shuffle_seed"),
            asking: SchemaAsking(
                dialect, countsRows: object.raw("counts_rows").map(Array.init) == Array("true".utf8), way: way),
            isFormer: version < 2)
    }

    private static func parameters(_ object: JSONObject) throws(LLMBatchError) -> [String: JSONValue] {
        guard let text = object.raw("parameters") else { return [:] }
        guard case .object(let parameters)? = try? JSONValue(json: Array(text)) else {
            throw LLMBatchError(.storage, "the parameters in the stored job definition cannot be read")
        }
        return parameters
    }

    private static func output(_ object: JSONObject) throws(LLMBatchError) -> Output? {
        switch object.string("output") {
        case "values":
            try object.raw("schema").map { text throws(LLMBatchError) in
                .values(try OutputSchema(json: Array(text), isStored: true))
            }
        case "text": .text
        case "embedding": object.string("of").map { .embedding(of: $0) }
        default: nil
        }
    }
}
