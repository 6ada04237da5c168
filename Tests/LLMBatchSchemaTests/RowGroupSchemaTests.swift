import Foundation
import LLMBatchCore
import LLMBatchTesting
import LLMBatchSchema
import Testing

@Suite("Several rows in one answer")
struct RowGroupSchemaTests {
    @Test("Members of an object are beside the row's id, anything else is its value")
    func grouped() throws {
        #expect(
            try OutputSchema.derived(from: Renamed.self).grouped().description == """
                {"type":"object","properties":{"rows":{"type":"array","items":{"type":"object","properties":\
                {"row_id":{"type":"integer"},"first_name":{"type":"string"},"shoe-size (EU)":{"type":["number","null"]}},\
                "required":["row_id","first_name"],"additionalProperties":false}}},"required":["rows"],\
                "additionalProperties":false}
                """)
        #expect(
            try OutputSchema.derived(from: Int.self).grouped().description == """
                {"type":"object","properties":{"rows":{"type":"array","items":{"type":"object","properties":\
                {"row_id":{"type":"integer"},"value":{"type":"integer"}},"required":["row_id","value"],\
                "additionalProperties":false}}},"required":["rows"],"additionalProperties":false}
                """)
        struct Clash: Codable {
            enum CodingKeys: String, CodingKey { case row = "row_id" }
            var row: String
        }
        #expect(try !OutputSchema.derived(from: Clash.self).standsInRow)
        #expect(try !OutputSchema.derived(from: [String: Int].self).standsInRow)
        #expect(try OutputSchema.derived(from: Tree.self).grouped().description.contains(#""$defs":{"Tree":"#))
        #expect(try OutputSchema.derived(from: Flat.self).asObject() == OutputSchema.derived(from: Flat.self))
    }

    @Test("Row groups of every shape are written, validated and read back, in the plain and the strict form")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        for (number, type) in Shapes.all.enumerated() { try roundTrip(type, seed &+ UInt64(number)) }
    }

    private func roundTrip<T: Shape>(_ type: T.Type, _ seed: UInt64) throws {
        var dice = SeededGenerator(seed: seed)
        let schema = try OutputSchema.derived(from: type)
        let grouped = try schema.grouped()
        for _ in 0..<20 {
            let outputs = try (0..<3).map { _ in try JSONNode(OutputEncoder.encode(T.random(&dice))) }
            let rows = outputs.enumerated().map { index, output -> JSONNode in
                let id = JSONNode.Member(key: "row_id", value: .number(String(index)))
                return schema.standsInRow
                    ? .object([id] + (output.members ?? [])) : .object([id, .init(key: "value", value: output)])
            }
            let answer: JSONNode = ["rows": .array(rows)]
            #expect(grouped.validate(answer).isEmpty, "\(type), seed \(seed)")
            let read = try schema.rows(in: answer.json)
            #expect(read.map(\.rowID) == [0, 1, 2] && read.allSatisfy(\.violations.isEmpty))
            #expect(read.map(\.output) == outputs.map(\.json), "\(type), seed \(seed)")
            guard type != Open.self else { continue }
            let strict = StrictAnswer(root: grouped.root, fillsWithNull: true).answer(answer)
            _ = try grouped.form(.openAI)
            for (row, output) in zip(try schema.rows(in: strict.json, dialect: .openAI), outputs) {
                let restored = try OutputDecoder.decode(type, from: row.output, schema: schema)
                let expected = try OutputDecoder.decode(type, from: output.json, schema: schema)
                #expect(
                    try OutputEncoder.encode(restored).sorted() == OutputEncoder.encode(expected).sorted(),
                    "\(type), seed \(seed)")
            }
        }
    }

    @Test("An invalid row does not affect the others")
    func badRows() throws {
        let schema = try OutputSchema.derived(from: Int.self)
        let answer = """
            {"note":"x","rows":[{"row_id":0,"value":1},{"value":2},{"row_id":"2","value":3},7,{"row_id":4},
             {"row_id":5,"value":6,"more":1},{"row_id":6.5,"value":1},{"row_id":7,"row_id":8,"value":1}]}
            """
        let rows = try schema.rows(in: Array(answer.utf8))
        #expect(rows.map(\.rowID) == [0, nil, nil, nil, 4, 5, nil, nil])
        #expect(
            rows.map { $0.violations.first?.description ?? "" } == [
                "", "/rows/1/row_id: is missing", "/rows/2/row_id: expected integer, found a string",
                "/rows/3: expected object, found a number".replacing("a number", with: "an integer"),
                "/rows/4/value: is missing", "/rows/5/more: is not a known member",
                "/rows/6/row_id: expected integer, found a number", "/rows/7/row_id: appears twice",
            ])
        #expect(throws: OutputMismatch.self) { try schema.rows(in: Array("[1]".utf8)) }
        #expect(throws: OutputMismatch.self) { try schema.rows(in: Array(#"{"rows":{}}"#.utf8)) }
    }

    @Test("A single output is wrapped in an object")
    func single() throws {
        let schema = try OutputSchema.derived(from: [Bool].self)
        #expect(try schema.output(in: Array(#"{"value":[true]}"#.utf8)) == Array("[true]".utf8))
        #expect(throws: OutputMismatch.self) { try schema.output(in: Array("{}".utf8)) }
    }
}
