import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Large batches in little memory, and results that the official client can read.
@Suite("Scale and standards")
struct ScaleTests {
    #if DEBUG
        private static let count = 20_000
        private static let rows = 20_000
        private static let megabytes = 20
        private static let longLine = 20
    #else
        private static let count = 200_000
        private static let rows = 100_000
        private static let megabytes = 200
        private static let longLine = 90
    #endif

    /// The Python with the official client; set by the project's test script.
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    /// Runs a command and returns the peak memory of its largest process.
    private static let measure = """
        import resource, subprocess, sys
        code = subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "w"), stderr=subprocess.DEVNULL).returncode
        unit = 1 if sys.platform == "darwin" else 1024
        print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit)
        """

    private func peak(_ tool: Tool, _ arguments: [String], output: String) async throws -> (code: Int, bytes: Int) {
        let running = try Tool.Running(
            tool: tool, binary: URL(filePath: try #require(Self.python)),
            arguments: ["-c", Self.measure, output, Tool.binary.path] + arguments, input: nil)
        let words = try await running.ended().output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        try #require(words.count == 2)
        return (words[0], words[1])
    }

    @Test(
        "Importing, running and reading 200,000 requests of 1 KB each stays under 150 MB", .enabled(if: python != nil))
    func memory() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let path = bench.path("big.jsonl")
        try writeRequests(Self.count, to: path)
        let run = try await peak(tool, ["run", path, "--provider", "offline"], output: "/dev/null")
        let results = try await peak(tool, ["results", "--jsonl"], output: bench.path("out.jsonl"))
        print("\(Self.count) requests: run \(run.bytes >> 20) MiB, results \(results.bytes >> 20) MiB")
        #expect(run.code == 0)
        #expect(run.bytes < 150_000_000)
        #expect(results.bytes < 150_000_000)
        var lines = 0
        let file = try FileHandle(forReadingFrom: URL(filePath: bench.path("out.jsonl")))
        while let data = try file.read(upToCount: 1 << 20), !data.isEmpty { lines += data.count { $0 == 0x0A } }
        #expect(lines == Self.count)
    }

    @Test(
        "Running a job of 100,000 rows and writing them as JSONL and CSV each stays under 150 MB",
        .enabled(if: python != nil))
    func jobMemory() async throws {
        let count = Self.rows
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let padding = String(repeating: "lorem ipsum ", count: 20)
        let rows = (0..<count).map { "\($0),\"\(padding)\"\n" }.joined()
        try Data(("id,text\n" + rows).utf8).write(to: URL(filePath: bench.path("rows.csv")))
        let schema = #"{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}"#
        try Data(schema.utf8).write(to: URL(filePath: bench.path("schema.json")))
        let run = try await peak(
            tool,
            [
                "job", "run", bench.path("rows.csv"), "--prompt", "Judge.", "--schema", bench.path("schema.json"),
                "--provider", "offline", "-o", bench.path("out.jsonl"),
            ], output: "/dev/null")
        let table = try await peak(tool, ["job", "results", "-o", bench.path("out.csv")], output: "/dev/null")
        print("\(count) rows: run \(run.bytes >> 20) MiB, results \(table.bytes >> 20) MiB")
        #expect(run.code == 0 && table.code == 0)
        #expect(run.bytes < 150_000_000)
        #expect(table.bytes < 150_000_000)
        let lines = try String(contentsOfFile: bench.path("out.jsonl"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == count)
        let wrong = lines.enumerated().first { !$1.hasSuffix("\"output\":{\"id\":\"\($0)\"}}") }
        #expect(wrong == nil)
    }

    @Test("A result file of 200 MB in the wrong order is collected under 150 MB", .enabled(if: python != nil))
    func r9() async throws {
        let script = SimulatorScript {
            $0.answer = { _ in .text(String(repeating: "x", count: 1 << 20)) }
            $0.shapeFiles = { $0.outputLines = $0.outputLines.reversed() }
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: Self.megabytes)
            let run = try await peak(
                tool, ["run", file] + Tool.openAIArguments(simulator) + ["--option", "timeout=60"], output: "/dev/null")
            print("a result file of \(Self.megabytes) MB: \(run.bytes >> 20) MiB")
            #expect(run.code == 0)
            #expect(run.bytes < 150_000_000)
            let results = try await peak(tool, ["results", "--jsonl"], output: bench.path("out.jsonl"))
            #expect(results.code == 0 && results.bytes < 150_000_000)
            let written = try FileManager.default.attributesOfItem(atPath: bench.path("out.jsonl"))[.size] as? Int
            #expect(try #require(written) > Self.megabytes << 20)
        }
    }

    @Test(
        "Memory grows with the longest line of results: by six times its length at most", .enabled(if: python != nil))
    func longLine() async throws {
        let script = SimulatorScript {
            $0.answer = { $0.lineIndex == 1 ? .text(String(repeating: "x", count: Self.longLine << 20)) : .success }
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 3)
            let run = try await peak(
                tool, ["run", file] + Tool.openAIArguments(simulator) + ["--option", "timeout=60"], output: "/dev/null")
            let results = try await peak(tool, ["results", "--jsonl"], output: bench.path("out.jsonl"))
            print(
                "a result line of \(Self.longLine) MiB: run \(run.bytes >> 20) MiB, results \(results.bytes >> 20) MiB")
            #expect(run.code == 0 && results.code == 0)
            #expect(max(run.bytes, results.bytes) < 60_000_000 + 6 * (Self.longLine << 20))
        }
    }

    private func writeRequests(_ count: Int, to path: String) throws {
        try Data().write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        let padding = String(repeating: "lorem ipsum ", count: 73)
        for start in stride(from: 0, to: count, by: 1000) {
            let lines = (start..<min(start + 1000, count)).map { index in
                #"{"custom_id":"req-\#(index)","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"\#(padding)"}]}}"#
            }
            try file.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
        }
        try file.close()
    }

    @Test("The official client reads what results --jsonl wrote into its own types", .enabled(if: python != nil))
    func officialClient() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let bodies = [
            "chat": ("/v1/chat/completions", #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#),
            "embeddings": ("/v1/embeddings", #"{"model":"m","input":["one","two"]}"#),
            "responses": ("/v1/responses", #"{"model":"m","input":"hi"}"#),
            "completions": ("/v1/completions", #"{"model":"m","prompt":"hi"}"#),
            "moderations": ("/v1/moderations", #"{"model":"m","input":"hi"}"#),
        ]
        for (name, (endpoint, body)) in bodies {
            let lines = (0..<20).map { #"{"custom_id":"\#($0)","method":"POST","url":"\#(endpoint)","body":\#(body)}"# }
            let run = try await tool.run(
                "run", "-", "--provider", "offline", "--option", "fail-share=0.2", input: lines.joined(separator: "\n"))
            #expect([0, 2].contains(run.code))
            _ = try await tool.run("results", "-o", bench.path(name))
            let read = try await PythonServer.script("check_results", [name, bench.path(name)], tool)
            let counts = read.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            #expect(counts.count == 2 && counts.reduce(0, +) == 20, "\(name): \(read.errors)")
            #expect(counts.first ?? 0 > 0)
        }
    }
}
