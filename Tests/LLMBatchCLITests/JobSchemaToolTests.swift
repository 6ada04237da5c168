import Foundation
import LLMBatch
import Testing
import Workbench

/// Schemas and numbers as users write them, tested on the real binary with `offline`.
@Suite("The tool's schemas")
struct JobSchemaToolTests {
    private func write(_ text: String, _ name: String, _ bench: borrowing Workbench) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: bench.path(name)))
        return bench.path(name)
    }

    private static let schema = #"{"type":"object","properties":{"label":{"type":"string"}},"required":["label"]}"#

    @Test(
        "A schema in a wrapper, or with a byte order mark, is read as it is",
        arguments: [
            schema, "\u{FEFF}" + schema, #"{"name":"x","strict":true,"schema":\#(schema)}"#,
            #"{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":\#(schema)}}"#,
            #"{"type":"function","function":{"name":"x","parameters":\#(schema)}}"#,
        ])
    func wrapped(text: String) async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("{ }\n", "rows.jsonl", bench)
        let schema = try write(text, "schema.json", bench)
        let run = try await tool.run(
            "job", "run", rows, "--prompt", "x", "--schema", schema, "--provider", "offline")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.output.contains("1 of 1 row succeeded"), "\(run.output)")
    }

    @Test("A required but undefined member is rejected with the file, its name and a suggestion")
    func required() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("{}\n", "rows.jsonl", bench)
        let schema = try write(#"{"properties":{"label":{}},"required":["lable"]}"#, "schema.json", bench)
        let run = try await tool.run("job", "run", rows, "--prompt", "x", "--schema", schema, "--provider", "offline")
        #expect(run.code == 64)
        #expect(run.errors.contains("schema.json") && run.errors.contains("\"lable\" is required"), "\(run.errors)")
        #expect(run.errors.contains("Did you mean \"label\"?"))
    }

    @Test(
        "A number given as a parameter is sent digit for digit",
        arguments: ["12345678901234567890123", "1e400", "0.10", "1.0"])
    func digits(number: String) async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("{}\n", "rows.jsonl", bench)
        let arguments = [
            "job", "run", rows, "--prompt", "x", "--provider", "offline", "--parameter", "seed=\(number)", "--json",
        ]
        let run = try await tool.start(arguments).ended()
        #expect(run.code == 0, "\(run.errors)")
        let id = try #require(try run.json().object("batch")?.string("id"))
        let storage = try SQLiteStorage(path: tool.database)
        let batch = try await Batch.load(BatchID(rawValue: id), storage: storage)
        let line = String(decoding: try #require(try await batch.requests().all().first).request.line, as: UTF8.self)
        let written = number == "0.10" ? "0.1" : number
        #expect(line.contains("\"seed\":\(written),"), "\(line)")
        // The same command is the same job.
        let again = try await tool.start(arguments).ended()
        #expect(try again.json().object("batch")?.string("id") == id)
    }

    @Test("A value that offline cannot make up is reported once, and not retried")
    func impossible() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("{}\n", "rows.jsonl", bench)
        let schema = try write(
            #"{"type":"object","properties":{"x":{"type":"string","pattern":"^a$","minLength":2}},"required":["x"]}"#,
            "schema.json", bench)
        let run = try await tool.run(
            "job", "run", rows, "--prompt", "x", "--schema", schema, "--provider", "offline", "--json")
        #expect(run.code != 0)
        #expect(try run.json().object("batch")?.integer("attempts") ?? 1 == 1)
        let results = try await tool.run("job", "results", "@last", "-o", "-")
        #expect(results.output.contains("cannot make up a value"), "\(results.output) \(results.errors)")
    }
}
