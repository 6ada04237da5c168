import LLMBatchCore
import LLMBatchSchema

/// Schemas that users write, and the answers that are checked against them.
extension FuzzTarget {
    static let schemaTargets = [
        FuzzTarget("schema", schema),
        FuzzTarget("schema-answer", answer),
        FuzzTarget("answer-body", body),
    ]

    /// A schema is refused, or is the same when it is read again; its forms can be made.
    private static func schema(_ bytes: [UInt8]) {
        guard let schema = try? OutputSchema(json: bytes) else { return }
        check((try? OutputSchema(json: schema.json)) == schema, "a schema is the same when it is read again")
        for dialect in SchemaDialect.allCases { _ = try? schema.form(dialect) }
        _ = schema.validate(Array("{\"a\":[1,\"x\",null,{}]}".utf8))
    }

    /// The first line is a schema, the rest an answer to it.
    private static func answer(_ bytes: [UInt8]) {
        guard let end = bytes.firstIndex(of: 0x0A), let schema = try? OutputSchema(json: Array(bytes[..<end])) else {
            return
        }
        _ = schema.validate(Array(bytes[(end + 1)...]))
    }

    /// The body of a single answer, whatever it is, makes a line that can be read.
    private static func body(_ bytes: [UInt8]) {
        for endpoint in Endpoint.known {
            let answer = RealtimeAnswer(statusCode: 200, requestID: nil, body: bytes)
            let line = OpenAIResultLine.compose(id: "a", customID: "b", answer: answer)
            check((try? JSONObject(line)) != nil, "the line of an answer is JSON")
            use(OpenAIResultLine.judge(line, endpoint: endpoint, customID: "b"))
        }
    }

    /// What is read of a result when it is shown.
    static func use(_ result: IncomingResult) {
        _ = result.usage.input
        if let line = result.line { _ = try? JSONObject(line) }
    }
}
