import Foundation
import LLMBatchCore
import LLMBatchSchema
import Testing

@Suite("Schemas in the forms of services")
struct SchemaFormTests {
    private func form(_ schema: OutputSchema, _ dialect: SchemaDialect) throws -> String {
        String(decoding: try schema.form(dialect), as: UTF8.self)
    }

    private func refusal(_ json: String, _ dialect: SchemaDialect) throws -> String {
        let schema = try OutputSchema(json: json)
        let error = #expect(throws: LLMBatchError.self) { try schema.form(dialect) }
        #expect(error?.code == .invalidConfiguration)
        return try #require(error?.description)
    }

    struct Review: Codable {
        var reasoning: String
        var stars: Stars
        var score: UInt8?
        var site: URL?
        var tags: [String: Int]
    }

    @Test("OpenAI's strict form closes objects, requires all members, and turns dictionaries into lists")
    func openAI() throws {
        let schema = try OutputSchema.derived(from: Review.self)
        #expect(
            try form(schema, .openAI) == """
                {"type":"object","properties":{"reasoning":{"type":"string"},"stars":{"type":"integer","enum":[-1,1,2,3]},\
                "score":{"type":["integer","null"],"minimum":0,"maximum":255},\
                "site":{"type":["string","null"],"description":"(format: uri)"},\
                "tags":{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},\
                "value":{"type":"integer"}},"required":["key","value"],"additionalProperties":false}}},\
                "required":["reasoning","stars","score","site","tags"],"additionalProperties":false}
                """)
        #expect(try form(schema, .openAIResponses) == form(schema, .openAI))
        #expect(try form(schema, .plain) == schema.description)
    }

    @Test("Anthropic's form closes objects, drops bounds, and rejects recursion")
    func anthropic() throws {
        #expect(
            try form(OutputSchema.derived(from: Review.self), .anthropic) == """
                {"type":"object","properties":{"reasoning":{"type":"string"},"stars":{"type":"integer","enum":[-1,1,2,3]},\
                "score":{"type":"integer"},"site":{"type":"string","format":"uri"},\
                "tags":{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},\
                "value":{"type":"integer"}},"required":["key","value"],"additionalProperties":false}}},\
                "required":["reasoning","stars","tags"],"additionalProperties":false}
                """)
        let tree = try OutputSchema.derived(from: Tree.self)
        #expect(throws: LLMBatchError.self) { try tree.form(.anthropic) }
        #expect(throws: LLMBatchError.self) { try tree.form(.anthropicTool) }
        #expect(try form(tree, .openAI) == tree.description)
    }

    @Test("Gemini's form has upper-case types, nullable, an ordering, and enumerations of strings")
    func gemini() throws {
        struct Answer: Codable { var verdict: Sentiment, stars: Stars, when: Date?, gaps: [Int?] }
        #expect(
            try form(OutputSchema.derived(from: Answer.self), .gemini) == """
                {"type":"OBJECT","properties":{"verdict":{"type":"STRING",\
                "enum":["positive","negative","mixed feelings","à côté \\""]},\
                "stars":{"type":"INTEGER","description":"One of -1, 1, 2, 3"},\
                "when":{"type":"STRING","format":"date-time"},\
                "gaps":{"type":"ARRAY","items":{"type":"INTEGER","nullable":true}}},\
                "required":["verdict","stars","gaps"],"propertyOrdering":["verdict","stars","when","gaps"]}
                """)
    }

    @Test("A tool's schema has no references")
    func tool() throws {
        let schema = try OutputSchema(
            json: """
                {"type":"object","properties":{"a":{"$ref":"#/$defs/x","description":"first"},"b":{"$ref":"#/$defs/x"}},
                 "$defs":{"x":{"type":"integer","description":"a number"}}}
                """)
        #expect(
            try form(schema, .anthropicTool) == """
                {"type":"object","properties":{"a":{"type":"integer","description":"first"},\
                "b":{"type":"integer","description":"a number"}}}
                """)
    }

    @Test("A schema that a form cannot express is rejected with its place")
    func refused() throws {
        #expect(try refusal(#"{"type":"string"}"#, .openAI).contains("asObject"))
        #expect(try refusal(#"{"type":"string"}"#, .bedrockConverse).contains("asObject"))
        #expect(try refusal(#"{"type":"object"}"#, .openAI).contains("arbitrary members"))
        #expect(try refusal(#"{"type":"object","properties":{"a":{}}}"#, .anthropic).contains("/properties/a"))
        #expect(
            try refusal(#"{"type":"object","properties":{"a":{"allOf":[{"type":"string"},{"minLength":1}]}}}"#, .openAI)
                .contains("allOf"))
        #expect(
            try refusal(#"{"type":"object","properties":{"a":{"type":"array","prefixItems":[{}]}}}"#, .gemini)
                .contains("prefixItems"))
        struct Anything: Codable { var value: JSONValue }
        let anything = try OutputSchema.derived(from: Anything.self)
        #expect(throws: LLMBatchError.self) { try anything.form(.openAI) }
    }

    @Test("A service's limits are checked before anything is sent")
    func limits() throws {
        func object(_ members: Int, required: Bool) -> String {
            let names = (0..<members).map { "\"m\($0)\"" }
            let required = required ? #","required":[\#(names.joined(separator: ","))]"# : ""
            let properties = names.map { #"\#($0):{"type":"string"}"# }.joined(separator: ",")
            return #"{"type":"object","properties":{\#(properties)}\#(required)}"#
        }
        #expect(try refusal(object(25, required: false), .anthropic).contains("24"))
        _ = try OutputSchema(json: object(24, required: false)).form(.anthropic)
        _ = try OutputSchema(json: object(25, required: false)).form(.openAI)
        #expect(try refusal(object(5001, required: true), .openAI).contains("5,000"))
        let deep = (0..<11).reduce(#"{"type":"string"}"#) { inner, _ in
            #"{"type":"object","properties":{"a":\#(inner)}}"#
        }
        #expect(try refusal(deep, .openAI).contains("10"))
        let values = (0..<1001).map { "\"v\($0)\"" }.joined(separator: ",")
        #expect(try refusal(#"{"type":"object","properties":{"a":{"enum":[\#(values)]}}}"#, .openAI).contains("1,000"))
    }

    @Test("An answer in a strict form is restored to the schema's own form")
    func restored() throws {
        let schema = try OutputSchema(
            json:
                #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":["integer","null"]}},"required":["b"]}"#
        )
        struct Pair: Codable, Equatable { var a: String?, b: Int? }
        let answer = Array(#"{"a":null,"b":null}"#.utf8)
        #expect(
            try OutputDecoder.decode(Pair.self, from: answer, schema: schema, dialect: .openAI) == Pair(a: nil, b: nil))
        #expect(throws: OutputMismatch.self) { try OutputDecoder.decode(Pair.self, from: answer, schema: schema) }
        let counts = try OutputSchema.derived(from: [String: Int].self)
        let list = Array(#"[{"key":"x","value":1},{"key":"y","value":2}]"#.utf8)
        #expect(
            try OutputDecoder.decode([String: Int].self, from: list, schema: counts, dialect: .gemini) == [
                "x": 1, "y": 2,
            ])
        let twice = Array(#"[{"key":"x","value":1},{"key":"x","value":2}]"#.utf8)
        #expect(throws: OutputMismatch.self) {
            try OutputDecoder.decode([String: Int].self, from: twice, schema: counts, dialect: .gemini)
        }
    }

    @Test("Each service gets the schema in its own place")
    func requests() throws {
        let schema = try OutputSchema.derived(from: Bool.self).asObject()
        let strict = try form(schema, .openAI)
        func members(_ dialect: SchemaDialect) throws -> String {
            String(decoding: try schema.requestMembers(dialect, name: "flag"), as: UTF8.self)
        }
        #expect(
            try members(.openAI)
                == #"{"response_format":{"type":"json_schema","json_schema":{"name":"flag","strict":true,"schema":\#(strict)}}}"#
        )
        #expect(
            try members(.plain)
                == #"{"response_format":{"type":"json_schema","json_schema":{"name":"flag","schema":\#(strict)}}}"#)
        #expect(
            try members(.openAIResponses)
                == #"{"text":{"format":{"type":"json_schema","name":"flag","strict":true,"schema":\#(strict)}}}"#)
        #expect(
            try members(.anthropic) == #"{"output_config":{"format":{"type":"json_schema","schema":\#(strict)}}}"#)
        #expect(
            try members(.anthropicTool)
                == #"{"tools":[{"name":"flag","input_schema":\#(strict)}],"tool_choice":{"type":"tool","name":"flag"}}"#
        )
        #expect(
            try members(.gemini) == """
                {"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT",\
                "properties":{"value":{"type":"BOOLEAN"}},"required":["value"],"propertyOrdering":["value"]}}}
                """)
        #expect(
            try members(.bedrockConverse) == """
                {"toolConfig":{"tools":[{"toolSpec":{"name":"flag","inputSchema":{"json":\(strict)}}}],\
                "toolChoice":{"tool":{"name":"flag"}}}}
                """)
        #expect(throws: LLMBatchError.self) { try schema.requestMembers(.openAI, name: "no spaces") }
    }

    @Test("A schema added to a body keeps every other byte; a body with its own format is rejected")
    func added() throws {
        let schema = try OutputSchema.derived(from: Bool.self).asObject()
        let body = Array(#"{ "model" : "m", "generationConfig":{"temperature":0.10} }"#.utf8)
        let added = String(decoding: try schema.added(to: body, .gemini), as: UTF8.self)
        #expect(
            added.hasPrefix(#"{ "model" : "m", "generationConfig":{"temperature":0.10,"responseMimeType":"#), "\(added)"
        )
        #expect(throws: LLMBatchError.self) { try schema.added(to: Array(added.utf8), .gemini) }
        #expect(throws: LLMBatchError.self) { try schema.added(to: Array("[]".utf8), .openAI) }
    }
}
