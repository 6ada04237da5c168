import Foundation
import LLMBatchCore
import LLMBatchTesting
import LLMBatchSchema
import Testing

/// Random values of many output types: their schemas take what the encoder writes and refuse what has been spoilt.
@Suite("Output schemas of many shapes")
struct OutputSchemaPropertyTests {
    /// The Python with the `jsonschema` package; set by the project's test script.
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    private static let valuesOfEach = 1000

    @Test("Derived schemas accept encoded values and reject mutated ones, as the jsonschema package does")
    func shapes() async throws {
        #expect(Shapes.all.count >= 30)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        let path = FileManager.default.temporaryDirectory.appending(path: "llmbatch-\(UUID().uuidString).jsonl")
        _ = FileManager.default.createFile(atPath: path.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: path) }
        let corpus = try Corpus(path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, type) in Shapes.all.enumerated() {
                group.addTask { try await Self.run(type, number, seed: seed &+ UInt64(number), corpus) }
            }
            try await group.waitForAll()
        }
        for (number, item) in SchemaCases.all.enumerated() {
            var lines = Self.line(schema: "case \(number)", Array(item.schema.utf8))
            for value in item.good { lines += Self.line("case \(number)", Array(value.utf8), fits: true) }
            for value in item.bad { lines += Self.line("case \(number)", Array(value.utf8), fits: false) }
            try await corpus.append(lines, item.good.count + item.bad.count)
        }
        try await corpus.close()
        guard let python = Self.python else { return }
        let verdict = try await Self.verdict(python, path)
        print("jsonschema: \(verdict.split(separator: "\n").last ?? "nothing")")
        let count = await corpus.count
        #expect(verdict == "judged \(count) disagreements 0\n", "seed \(seed)")
    }

    /// In-process: encoded values pass, come back as they were, and are refused once spoilt.
    private static func run<T: Shape>(_ type: T.Type, _ number: Int, seed: UInt64, _ corpus: Corpus) async throws {
        var dice = SeededGenerator(seed: seed)
        let schema = try OutputSchema.derived(from: type)
        // A member that may hold anything has no strict form; Anthropic's knows no recursion.
        let isRecursive = schema.root["$defs"] != nil
        let dialects: [SchemaDialect] =
            type == Open.self || !schema.isObject ? [] : isRecursive ? [.openAI] : [.openAI, .anthropic]
        let forms = dialects.map { ($0, StrictAnswer(root: schema.root, fillsWithNull: $0 == .openAI)) }
        let mutation = Mutation(root: schema.root)
        var lines: [UInt8] = line(schema: "\(number)", schema.json)
        for dialect in dialects { lines += line(schema: "\(number) \(dialect)", try schema.form(dialect)) }
        var values = 0
        for round in 0..<valuesOfEach {
            let json = try OutputEncoder.encode(T.random(&dice))
            let value = try JSONNode(json)
            let place = "\(type), seed \(seed): \(String(decoding: json, as: UTF8.self))"
            let violations = schema.validate(json)
            #expect(violations.isEmpty, "\(place)")
            let decoded = try OutputDecoder.decode(type, from: json, schema: schema)
            #expect(try same(OutputEncoder.encode(decoded), json), "\(place)")
            lines += line("\(number)", json, fits: true)
            values += 1
            if let spoilt = mutation.mutated(value, &dice) {
                #expect(!schema.validate(spoilt.value).isEmpty, "\(spoilt.what), \(place)")
                lines += line("\(number)", spoilt.value.json, fits: false)
                values += 1
            }
            for (dialect, form) in forms where dialect == .openAI || round < valuesOfEach / 10 {
                let answer = form.answer(value).json
                let restored = try OutputDecoder.decode(type, from: answer, schema: schema, dialect: dialect)
                #expect(try same(OutputEncoder.encode(restored), json), "\(dialect), \(place)")
                lines += line("\(number) \(dialect)", answer, fits: true)
                values += 1
            }
        }
        try await corpus.append(lines, values)
    }

    /// Equal texts; sets and dictionaries may come in another order.
    private static func same(_ one: [UInt8], _ two: [UInt8]) throws -> Bool {
        one == two || one.sorted() == two.sorted()
    }

    private static func line(schema id: String, _ json: [UInt8]) -> [UInt8] {
        Array(#"{"schema":"\#(id)","is":"#.utf8) + json + Array("}\n".utf8)
    }

    private static func line(_ id: String, _ json: [UInt8], fits: Bool) -> [UInt8] {
        Array(#"{"of":"\#(id)","fits":\#(fits),"value":"#.utf8) + json + Array("}\n".utf8)
    }

    /// What the Python package says of everything in a file, which it reads as a stream.
    private static func verdict(_ python: String, _ input: URL) async throws -> String {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Python/check_schemas.py")
        let output = input.appendingPathExtension("verdict")
        _ = FileManager.default.createFile(atPath: output.path, contents: nil)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = [script.path]
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        let status = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<Int32, any Error>) in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        try #require(status == 0, "Python has the jsonschema package? Scripts/setup --tests installs it")
        return String(decoding: try Data(contentsOf: output), as: UTF8.self)
    }
}

/// The lines for the Python package, in a file.
private actor Corpus {
    private let file: FileHandle
    private(set) var count = 0

    init(_ path: URL) throws { file = try FileHandle(forWritingTo: path) }

    func append(_ lines: [UInt8], _ values: Int) throws {
        try file.write(contentsOf: Data(lines))
        count += values
    }

    func close() throws { try file.close() }
}
