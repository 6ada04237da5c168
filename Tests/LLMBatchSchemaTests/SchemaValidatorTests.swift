import Foundation
import LLMBatchCore
import LLMBatchSchema
import Testing

/// Values and schemas written by hand, with the verdict that JSON Schema gives.
enum SchemaCases {
    /// A schema, values that fit, values that do not.
    typealias Case = (schema: String, good: [String], bad: [String])

    static let all: [Case] = keywords + formats

    private static let keywords: [Case] = [
        (#"{}"#, ["1", "null", "{}"], []),
        (
            #"{"type":"integer"}"#, ["1", "1.0", "-0", "1e3", "12345678901234567890123"],
            ["1.5", "\"1\"", "true", "null"]
        ),
        (#"{"type":["string","null"]}"#, ["null", "\"\""], ["1", "[]"]),
        (#"{"enum":[1,"a",null,{"b":[1]}]}"#, ["1.0", "null", #"{"b":[1.0]}"#], ["2", "false", #"{"b":[1],"c":1}"#]),
        (#"{"enum":[false]}"#, ["false"], ["0", "null"]),
        (#"{"const":"é"}"#, ["\"é\"", "\"\\u00e9\""], ["\"e\u{301}\""]),
        (#"{"minimum":0,"exclusiveMaximum":10}"#, ["0", "9.99", "\"x\""], ["-0.1", "10"]),
        (
            #"{"exclusiveMinimum":0,"maximum":18446744073709551615}"#, ["18446744073709551615"],
            ["0", "18446744073709551616"]
        ),
        (#"{"multipleOf":0.5}"#, ["1", "0", "-2.5"], ["0.3"]),
        (#"{"multipleOf":3}"#, ["9", "0"], ["10"]),
        (#"{"minLength":2,"maxLength":3}"#, ["\"ab\"", "\"😀😀\"", "1"], ["\"a\"", "\"abcd\""]),
        (#"{"pattern":"^a+b"}"#, ["\"aab\"", "\"abc\"", "7"], ["\"ba\"", "\"\""]),
        (#"{"pattern":"b"}"#, ["\"abc\""], ["\"ac\""]),
        (
            #"{"items":{"type":"integer"},"minItems":1,"maxItems":2}"#, ["[1]", "[1,2]", "{}"],
            ["[]", "[1,2,3]", "[\"a\"]"]
        ),
        (#"{"prefixItems":[{"type":"string"},true],"items":false}"#, ["[\"a\",1]", "[]"], ["[1]", "[\"a\",1,2]"]),
        (
            #"{"uniqueItems":true}"#, ["[1,2]", "[1,true]", "[[1],[2]]"],
            ["[1,1.0]", #"[{"a":1,"b":2},{"b":2,"a":1}]"#]
        ),
        (
            #"{"properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":{"type":"integer"}}"#,
            [#"{"a":"x"}"#, #"{"a":"x","b":1}"#, "1"], ["{}", #"{"a":1}"#, #"{"a":"x","b":"y"}"#]
        ),
        (
            #"{"propertyNames":{"maxLength":2},"minProperties":1,"maxProperties":2}"#, [#"{"ab":1}"#],
            ["{}", #"{"abc":1}"#]
        ),
        (#"{"required":["e\#u{301}"]}"#, ["{\"e\u{301}\":1}"], ["{\"é\":1}"]),
        (#"{"anyOf":[{"type":"string"},{"minimum":5}]}"#, ["\"a\"", "5"], ["4"]),
        (#"{"oneOf":[{"type":"integer"},{"minimum":5}]}"#, ["4", "5.5"], ["5", "4.5"]),
        (#"{"allOf":[{"minimum":1},{"maximum":3}]}"#, ["2"], ["0", "4"]),
        (#"{"not":{"type":"string"}}"#, ["1"], ["\"a\""]),
        (
            ##"{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"array","items":{"$ref":"#/$defs/a~1b"}}}}"##,
            ["[]", "[[],[[]]]"], ["1", "[[1]]"]
        ),
        (
            ##"{"properties":{"a":{"$ref":"#/definitions/n","minimum":2}},"definitions":{"n":{"type":"integer"}}}"##,
            [#"{"a":2}"#], [#"{"a":1}"#, #"{"a":"x"}"#]
        ),
    ]

    private static let formats: [Case] = [
        (
            #"{"format":"date-time"}"#,
            ["\"2026-11-21T12:00:00Z\"", "\"2024-02-29T23:59:59.123456+14:00\"", "1"],
            [
                "\"2026-11-21\"", "\"2023-02-29T00:00:00Z\"", "\"2026-11-21T12:00:00\"", "\"2026-11-21T24:00:00Z\"",
                "\"x\"",
            ]
        ),
        (#"{"format":"date"}"#, ["\"2024-02-29\""], ["\"2023-02-29\"", "\"2024-2-1\"", "\"2024-13-01\""]),
        (
            #"{"format":"uuid"}"#, ["\"6BA7B810-9dad-11d1-80b4-00c04fd430c8\""],
            ["\"6ba7b8109dad11d180b400c04fd430c8\"", "\"x\""]
        ),
        (
            #"{"format":"uri"}"#, ["\"https://a.b/c?d=e#f\"", "\"urn:a:b\""],
            ["\"/relative\"", "\"a b\"", "\"http://a b\"", "\"\""]
        ),
        (#"{"format":"email"}"#, ["\"a@b.c\""], ["\"ab\""]),
        (#"{"format":"ipv4"}"#, ["\"127.0.0.1\""], ["\"127.0.0\"", "\"256.0.0.1\"", "\"01.2.3.4\""]),
        (
            #"{"format":"ipv6"}"#, ["\"::1\"", "\"1:2:3:4:5:6:7:8\"", "\"::\"", "\"::ffff:1.2.3.4\"", "\"1::8\""],
            ["\"1:2:3:4:5:6:7\"", "\":1\"", "\"1::2::3\"", "\"12345::\"", "\"1:2:3:4:5:6:7:8:9\"", "\":::\""]
        ),
        (#"{"format":"hostname"}"#, ["\"a-b.example\""], ["\"-a.example\"", "\"a b\""]),
        (#"{"format":"duration"}"#, ["\"P1DT2H\"", "\"PT5M\"", "\"P2W\""], ["\"P\"", "\"5M\"", "\"PT\""]),
        (#"{"format":"time"}"#, ["\"12:00:00Z\"", "\"23:59:59.5+01:00\""], ["\"25:00:00Z\"", "\"12:00\""]),
    ]
}

@Suite("Checking values against schemas")
struct SchemaValidatorTests {
    @Test("Every keyword is validated")
    func cases() throws {
        for (text, good, bad) in SchemaCases.all {
            let schema = try OutputSchema(json: text)
            for value in good { #expect(schema.validate(Array(value.utf8)).isEmpty, "\(text) takes \(value)") }
            for value in bad { #expect(!schema.validate(Array(value.utf8)).isEmpty, "\(text) refuses \(value)") }
        }
    }

    @Test("Violations give the place and the reason, and quote nothing from the answer")
    func violations() throws {
        let schema = try OutputSchema.derived(from: Nested.self)
        let found = schema.validate(
            Array(
                #"{"part":{"name":"n","flat":{"title":"secret","count":"secret","isDone":null}},"more":1,"maybe":7}"#
                    .utf8))
        #expect(
            Set(found.map(\.description)) == [
                "/other: is missing", "/part/flat/count: expected integer, found a string",
                "/part/flat/isDone: expected boolean, found null", "/more: is not a known member",
                "/maybe: fits none of the alternatives",
            ])
        #expect(schema.validate(Array("{".utf8)).count == 1)
        #expect(schema.validate(Array(#"{"a":1,"a":1}"#.utf8)).contains { $0.reason == "appears twice" })
    }

    @Test("Violations of the only plausible alternative are reported in detail, also when nested")
    func alternatives() throws {
        let schema = try OutputSchema.derived(from: Chain.self)
        let text =
            String(repeating: #"{"value":1,"next":"#, count: 60) + #"{"value":"x"}"# + String(repeating: "}", count: 60)
        let clock = ContinuousClock()
        let start = clock.now
        #expect(schema.validate(Array(text.utf8)).map(\.reason) == ["expected integer, found a string"])
        #expect(clock.now - start < .seconds(20))
    }

    @Test("Multiplying alternatives end in a violation, not in a wait")
    func multiplying() throws {
        let schema = try OutputSchema(
            json: """
                {"$ref":"#/$defs/n","$defs":{"n":{"anyOf":[
                  {"properties":{"c":{"$ref":"#/$defs/n"}},"required":["c"]},
                  {"properties":{"c":{"$ref":"#/$defs/n"}},"required":["c"]}]}}}
                """)
        let text = String(repeating: #"{"c":"#, count: 60) + "{}" + String(repeating: "}", count: 60)
        #expect(!schema.validate(Array(text.utf8)).isEmpty)
    }

    private static let refusals: [(String, String)] = [
        (#"{"if":1}"#, "if"), (#"{"properties":{"a":{"dependentSchemas":[]}}}"#, "/properties/a/dependentSchemas"),
        (##"{"$dynamicRef":"#a"}"##, "$dynamicRef"), (#"{"patternProperties":{"(":{}}}"#, "patternProperties"),
        (#"{"requierd":["a"]}"#, "requierd"), (#"{"unevaluatedItems":false}"#, "unevaluatedItems"),
        (#"{"type":"strng"}"#, "strng"), (#"{"type":[]}"#, "type"), (#"{"items":[{}]}"#, "items"),
        (#"{"minimum":"1"}"#, "minimum"), (#"{"minLength":-1}"#, "minLength"), (#"{"required":"a"}"#, "required"),
        (#"{"enum":[]}"#, "enum"), (#"{"anyOf":[]}"#, "anyOf"), (#"{"pattern":"("}"#, "pattern"),
        (#"{"format":"emial"}"#, "emial"), (##"{"$ref":"#/$defs/a"}"##, "#/$defs/a"),
        (#"{"$ref":"other.json"}"#, "other.json"),
        (
            ##"{"$ref":"#/$defs/a","$defs":{"a":{"anyOf":[{"$ref":"#/$defs/b"}]},"b":{"$ref":"#/$defs/a"}}}"##,
            "refers to itself"
        ),
        (#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#, "draft-04"), (#"{"nullable":1}"#, "nullable"),
        (#"{"multipleOf":0}"#, "multipleOf"), (#"{"type":"string","type":"string"}"#, "appears twice"),
        (#"[]"#, "object"), (#"{"type":"#, "not JSON"), ("true", "object"),
    ]

    @Test(
        "A schema with a keyword that would not be checked is rejected by that keyword",
        arguments: refusals)
    func refused(json: String, word: String) throws {
        let error = #expect(throws: LLMBatchError.self) { try OutputSchema(json: json) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(word) == true, "\(error?.description ?? "")")
    }

    @Test("A schema is read from a file, which the error names")
    func file() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "llmbatch-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: url) }
        #expect(throws: LLMBatchError.self) { try OutputSchema(file: url.path) }
        try Data(#"{ "type" : "string" }"#.utf8).write(to: url)
        #expect(try OutputSchema(file: url.path).description == #"{"type":"string"}"#)
        try Data(#"{"typ":"string"}"#.utf8).write(to: url)
        let error = #expect(throws: LLMBatchError.self) { try OutputSchema(file: url.path) }
        #expect(error?.message.contains(url.path) == true)
    }
}
