import Foundation
import LLMBatchCore
import LLMBatchSchema
import Testing

/// Schemas as Pydantic, zod, TypeScript's generators, OpenAPI and the services' own guides write them, unedited.
@Suite("Schemas of other programs")
struct GeneratedSchemaTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Schemas")

    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".json") }.sorted()

    private static func schema(_ name: String) throws -> OutputSchema {
        try OutputSchema(file: folder.appending(path: name).path)
    }

    @Test("The schemas of other programs are present")
    func present() { #expect(Self.names.count >= 20) }

    @Test("Each schema is read, can be filled, and is the same when read again", arguments: names)
    func read(name: String) throws {
        let schema = try Self.schema(name)
        #expect(try OutputSchema(json: schema.json) == schema)
        for count in [1, 3] {
            let grouped = try schema.grouped(count: count)
            let rows = (0..<count).map { JSONNode.object([.init(key: "row_id", value: .number(String($0)))]) }
            let made = SchemaFiller(root: grouped.root, rows: rows).made
            #expect(made.problem == nil, "\(name): \(made.problem?.description ?? "") \(made.value)")
            for row in try grouped.rows(in: made.value.json) {
                #expect(row.violations.isEmpty)
            }
            for row in try schema.rows(in: made.value.json) {
                #expect(schema.validate(row.output).isEmpty, "\(name): \(String(decoding: row.output, as: UTF8.self))")
            }
        }
    }

    @Test("OpenAI's form is accepted by its strict mode, if the schema can be expressed in it", arguments: names)
    func strict(name: String) throws {
        let grouped = try Self.schema(name).grouped(count: 2)
        guard let form = try? grouped.form(.openAI) else {
            // What cannot be said goes as it is; these hold values of any kind, tuples, or several schemas at once.
            #expect(
                Self.unsayable.contains(name),
                "\(name): \(#expect(throws: LLMBatchError.self) { try grouped.form(.openAI) }?.message ?? "")")
            return
        }
        #expect(!Self.unsayable.contains(name))
        try Self.check(try JSONNode(form), "\(name)")
        let made = SchemaFiller(root: try JSONNode(form), rows: [["row_id": 0], ["row_id": 1]])
        #expect(made.made.problem == nil, "\(name): \(made.made.problem?.description ?? "")")
    }

    private static let unsayable: Set = [
        "pydantic-everything.json", "pydantic-serialization.json",
        "typescript-json-schema.json", "zod3.json", "zod4.json",
    ]

    /// OpenAI's guide, "Supported schemas".
    private static func check(_ node: JSONNode, _ place: String) throws {
        let taken: Set = [
            "type", "properties", "required", "additionalProperties", "items", "anyOf", "enum", "const", "$ref",
            "$defs",
            "description", "pattern", "format", "multipleOf", "minimum", "maximum", "exclusiveMinimum",
            "exclusiveMaximum", "minItems", "maxItems",
        ]
        for member in node.members ?? [] {
            #expect(taken.contains(member.key), "\(place): \(member.key)")
        }
        if let properties = node["properties"]?.members {
            #expect(node["additionalProperties"] == false, "\(place)")
            #expect(node["required"]?.elements == properties.map { .string($0.key) }, "\(place)")
        }
        if let reference = node["$ref"] {
            #expect(node.members?.count == 1 && reference.text?.hasPrefix("#/$defs/") == true, "\(place)")
        }
        let pattern = node["pattern"]?.text ?? ""
        #expect(!["(?=", "(?!", "(?<", #"\p"#, #"\b"#].contains(where: pattern.contains), "\(place): \(pattern)")
        for member in (node["properties"]?.members ?? []) + (node["$defs"]?.members ?? []) {
            try check(member.value, "\(place)/\(member.key)")
        }
        for part in (node["anyOf"]?.elements ?? []) + (node["items"].map { [$0] } ?? []) {
            try check(part, place + "/*")
        }
    }

    @Test("A pattern with lookahead is left out of OpenAI's form and checked when the answer arrives")
    func lookahead() throws {
        let schema = try OutputSchema(
            json:
                #"{"type":"object","properties":{"price":{"type":"string","pattern":"^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$"},"plain":{"type":"string","pattern":"^[a-z]+$"}},"required":["price","plain"],"additionalProperties":false}"#
        )
        let form = String(decoding: try schema.form(.openAI), as: UTF8.self)
        #expect(!form.contains("(?!") && form.contains("^[a-z]+$"))
        #expect(throws: OutputMismatch.self) {
            try OutputDecoder.decode(
                [String: String].self, from: Array(#"{"price":"-","plain":"a"}"#.utf8), schema: schema, dialect: .openAI
            )
        }
    }

    @Test(
        "Misspelt keywords are rejected with a suggestion",
        arguments: [
            (#"{"propertys":{}}"#, "properties"), (#"{"type":"object","requried":["a"]}"#, "required"),
            (#"{"minlength":1}"#, "minLength"), (#"{"type":"strng"}"#, "string"), (#"{"format":"emial"}"#, "email"),
            (#"{"format":"datetime"}"#, "date-time"), (#"{"additionalPropertis":false}"#, "additionalProperties"),
            (#"{"properties":{"label":{}},"required":["lable"]}"#, "label"),
        ])
    func misspelt(json: String, meant: String) throws {
        let error = #expect(throws: LLMBatchError.self) { try OutputSchema(json: json) }
        #expect(
            error?.remedy?.description.contains("Did you mean \"\(meant)\"?") == true, "\(error?.description ?? "")")
    }

    @Test("A required but undefined member is rejected, unless additional members are explicitly allowed")
    func required() throws {
        let error = #expect(throws: LLMBatchError.self) {
            try OutputSchema(json: #"{"properties":{"a":{"type":"string"}},"required":["b"]}"#)
        }
        #expect(error?.message.contains("\"b\" is required and not among the properties") == true)
        _ = try OutputSchema(json: #"{"properties":{"a":{}},"required":["b"],"additionalProperties":true}"#)
        _ = try OutputSchema(json: #"{"properties":{"a":{}},"anyOf":[{"required":["a"]},{"required":["b"]}]}"#)
    }

    @Test("A byte order mark is skipped; UTF-16 is named in the error")
    func encodings() throws {
        let bytes = [0xEF, 0xBB, 0xBF] + Array(#"{"type":"string"}"#.utf8)
        #expect(try OutputSchema(json: bytes).description == #"{"type":"string"}"#)
        let error = #expect(throws: LLMBatchError.self) { try OutputSchema(json: [0xFF, 0xFE, 0x7B, 0x00]) }
        #expect(error?.remedy?.description.contains("UTF-16") == true)
    }

    @Test("A schema that an earlier version stored can still be read, even if it would be rejected today")
    func stored() throws {
        _ = try OutputSchema(root: ["properties": ["a": [:]], "required": ["b"]], isStored: true)
        let former = try OutputSchema(root: ["pattern": #"^\h+\z"#], isStored: true)
        #expect(former.validate(Array(#""x""#.utf8)).count == 1)
    }
}
