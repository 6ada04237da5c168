import Foundation
import LLMBatchCore
import LLMBatchSchema
import Testing

/// Numbers of any size, and values of any number, checked exactly and in bounded time.
@Suite("Exact and bounded checking")
struct SchemaExactnessTests {
    private static let numbers: [(schema: String, good: [String], bad: [String])] = [
        (
            #"{"type":"integer"}"#, ["1e400", "1.0e2", "100000000000000000000.0", "0.0"],
            ["0.99999999999999999999", "1e-1"]
        ),
        (
            #"{"const":12345678901234567890.0}"#, ["12345678901234567890", "1234567890123456789e1"],
            ["12345678901234567891"]
        ),
        (#"{"enum":[1e400]}"#, ["10e399"], ["1e401"]),
        (#"{"multipleOf":3}"#, ["999999999999999999999999999999999999999999", "3e50", "-9"], ["1e42", "10"]),
        (#"{"multipleOf":0.01}"#, ["19.99", "0.1e-1", "1e20", "4.35"], ["19.999"]),
        (#"{"multipleOf":7}"#, ["0", "7e30", "700"], ["1e30"]), (#"{"multipleOf":20}"#, ["40", "1e3"], ["30", "5"]),
        (#"{"minimum":0.1}"#, ["0.1", "0.10000000000000000001"], ["0.09999999999999999999"]),
        (#"{"maximum":9007199254740993}"#, ["9007199254740993"], ["9007199254740994", "9007199254740993.5"]),
        (#"{"exclusiveMinimum":-1e-400}"#, ["0", "-1e-401"], ["-1e-400"]),
        (#"{"minItems":2.0,"maxItems":2e0}"#, ["[1,2]"], ["[1]", "[1,2,3]"]),
        (#"{"uniqueItems":true}"#, ["[1,10,100]"], ["[1e400,10e399]"]),
        (
            #"{"format":"duration"}"#, ["\"P1Y2M3DT4H5M6S\"", "\"PT1.5S\"", "\"P3W\""],
            ["\"P1Y2D\"", "\"PT1H1S\"", "\"P1W2D\""]
        ),
        (
            #"{"format":"uri"}"#, ["\"http://[::1]/\"", "\"http://a:80/?q\""],
            ["\"http://[::1\"", "\"http://a]b\"", "\"http://[x]/\""]
        ),
        (#"{"format":"uuid4"}"#, ["\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\""], ["\"x\""]),
        (##"{"$ref":"#/$defs/a%20b","$defs":{"a b":{"type":"string"}}}"##, ["\"x\""], ["1"]),
        (
            ##"{"$schema":"http://json-schema.org/draft-07/schema#","properties":{"a":{"$ref":"#/definitions/n","minimum":5}},"definitions":{"n":{"type":"integer"}}}"##,
            [#"{"a":1}"#], [#"{"a":"x"}"#]
        ),
        (
            #"{"patternProperties":{"^a":{"type":"integer"}},"additionalProperties":false}"#, [#"{"a1":1}"#],
            [#"{"b":1}"#, #"{"a":"x"}"#]
        ),
        (
            #"{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}"#,
            [#"{"a":1,"b":1}"#, #"{"c":1}"#], [#"{"a":1}"#, "{}"]
        ),
        (#"{"contains":{"const":1},"minContains":2,"maxContains":3}"#, ["[1,1,2]"], ["[1]", "[1,1,1,1]"]),
        (
            #"{"dependentRequired":{"a":["b"]},"dependentSchemas":{"c":{"maxProperties":1}}}"#,
            [#"{"a":1,"b":1}"#, #"{"c":1}"#], [#"{"a":1}"#, #"{"c":1,"d":1}"#]
        ),
        (
            #"{"allOf":[{"properties":{"a":true}}],"properties":{"b":true},"unevaluatedProperties":false}"#,
            [#"{"a":1,"b":2}"#], [#"{"c":1}"#]
        ),
    ]

    @Test("Numbers, formats, references and conditions are validated exactly", arguments: numbers)
    func exact(schema text: String, good: [String], bad: [String]) throws {
        let schema = try OutputSchema(json: text)
        for value in good { #expect(schema.validate(Array(value.utf8)).isEmpty, "\(text) takes \(value)") }
        for value in bad { #expect(!schema.validate(Array(value.utf8)).isEmpty, "\(text) refuses \(value)") }
    }

    /// Work that grew with the square of an answer's size.
    private static let large: [(schema: String, value: String, fits: Bool)] = {
        let numbers = (0..<20_000).map(String.init).joined(separator: ",")
        let names = (0..<4_000).map { "\"m\($0)\"" }
        let members = names.map { "\($0):1" }.joined(separator: ",")
        let deep = String(repeating: #"{"a":"#, count: 60) + #"{"b":1}"# + String(repeating: "}", count: 60)
        return [
            (#"{"uniqueItems":true}"#, "[\(numbers)]", true), (#"{"uniqueItems":true}"#, "[\(numbers),7]", false),
            (#"{"items":{"enum":[\#(numbers)]}}"#, "[\(numbers)]", true),
            (#"{"required":[\#(names.joined(separator: ","))],"additionalProperties":true}"#, "{\(members)}", true),
            (#"{"const":{\#(members)}}"#, "{\(members)}", true),
            (
                ##"{"$ref":"#/$defs/n","$defs":{"n":{"oneOf":[{"properties":{"a":{"$ref":"#/$defs/n"}},"required":["a"]},{"properties":{"a":{"$ref":"#/$defs/n"}},"minProperties":1}]}}}"##,
                deep, false
            ),
        ]
    }()

    @Test("The time to validate a large answer is linear in its size", arguments: large.indices)
    func bounded(index: Int) throws {
        let (text, value, fits) = Self.large[index]
        let schema = try OutputSchema(json: text)
        let clock = ContinuousClock()
        let took = clock.measure { #expect(schema.validate(Array(value.utf8)).isEmpty == fits) }
        #expect(took < .seconds(30), "\(took)")
    }

    @Test("Recursive alternatives in a strict form are restored in bounded time")
    func restored() throws {
        let schema = try OutputSchema(
            json:
                ##"{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}},"required":["n"],"additionalProperties":false,"$defs":{"n":{"anyOf":[{"type":"object","properties":{"a":{"$ref":"#/$defs/n"},"b":{"type":"integer"}},"required":["a"],"additionalProperties":false},{"type":"object","properties":{"a":{"$ref":"#/$defs/n"},"c":{"type":"integer"}},"required":["a"],"additionalProperties":false},{"type":"null"}]}}}"##
        )
        let text = #"{"n":"# + String(repeating: #"{"a":"#, count: 60) + "1" + String(repeating: "}", count: 61)
        let clock = ContinuousClock()
        let took = clock.measure {
            #expect(throws: OutputMismatch.self) {
                try OutputDecoder.decode(
                    [String: JSONValue].self, from: Array(text.utf8), schema: schema, dialect: .openAI)
            }
        }
        #expect(took < .seconds(30))
    }

    @Test("Values are equal by meaning: numbers in any notation, strings by their bytes")
    func values() throws {
        #expect(JSONValue.integer(1) == .number(1.0))
        #expect(try JSONValue(json: Array("[1.0,1e400]".utf8)) == JSONValue(json: Array("[1,10e399]".utf8)))
        #expect(
            try JSONValue(json: Array("12345678901234567890123".utf8)).json == Array("12345678901234567890123".utf8))
        #expect(try JSONValue(json: Array("1e400".utf8)) == .literal("1e400"))
        #expect(JSONValue.string("caf\u{E9}") != .string("cafe\u{301}"))
        #expect(Set<JSONValue>([1, 1.0, 2]).count == 2)
        let decoded = try JSONDecoder().decode(JSONValue.self, from: Data("[12345678901234567890123,1.5,2.0]".utf8))
        #expect(decoded == .array([.literal("12345678901234567890123"), 1.5, 2]))
        #expect(JSONValue.literal("nonsense").json == Array("null".utf8))
    }
}
