import Foundation
import LLMBatch
import Testing
import Workbench

/// Arguments are read in exactly one way or rejected.
@Suite("The tool's arguments", .timeLimit(.minutes(3)))
struct ArgumentTests {
    @Test("Times are strict, and a day is one of the local time zone")
    func times() async throws {
        let bench = try Workbench()
        var tool = Tool(folder: bench.folder)
        tool.environment["TZ"] = "Asia/Tokyo"
        let run = try await tool.run("run", try bench.file(count: 1), "--provider", "offline", "--json")
        let made = try #require(try run.json().object("batch")?.string("created_at"))
        let date = try Date(made, strategy: .iso8601)
        func day(_ zone: String, _ shift: TimeInterval = 0) throws -> String {
            var calendar = Calendar(identifier: .gregorian)
            calendar.timeZone = try #require(TimeZone(identifier: zone))
            let parts = calendar.dateComponents([.year, .month, .day], from: date.addingTimeInterval(shift))
            return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
        }
        func finds(_ arguments: String...) async throws -> Bool {
            let list = try await tool.start(["list"] + arguments).ended()
            #expect(list.code == 0, "\(arguments): \(list.errors)")
            return !list.output.isEmpty
        }
        #expect(try await finds("--since", try day("Asia/Tokyo")))
        #expect(try await !finds("--since", try day("Asia/Tokyo", 86_400)))
        #expect(try await !finds("--until", try day("Asia/Tokyo")))
        let today = try day("UTC")
        for end in ["T23:59:59Z", " 23:59:59Z", "T23:59:59.5+00:00", "T23:59:59+0000"] {
            #expect(try await !finds("--since", today + end), "\(end)")
            #expect(try await finds("--until", today + end), "\(end)")
        }
        for ago in ["1w", "1.5h", "30m", "90s", "2d"] { #expect(try await finds("--since", ago), "\(ago)") }
        for odd in [
            "2026-12-01 garbage", "2026-02-31", "2026-13-01", "2026-12-01T24:00", "2026-12-01T23", "infd", "nanh",
            "1e300d",
            "-1d", "99999w", "0x10d", "d", "", " ", "2026-12-01T10:00+99:00", "20261201", "12", "2025-02-29", "+1d",
            "1 d",
        ] {
            let refused = try await tool.run("list", "--since=\(odd)")
            #expect(refused.code == 64, "\(odd): \(refused.code) \(refused.output) \(refused.errors)")
        }
    }

    @Test(
        "Numbers are refused out of their bounds",
        arguments: [
            ["list", "--limit", "0"], ["list", "--limit", "99999999999999999999"], ["list", "--offset=-1"],
            ["run", "FILE", "--concurrency", "0"], ["run", "FILE", "--concurrency", "9223372036854775807"],
            ["run", "FILE", "--provider", "offline", "--option", "fail-share=nan"],
            ["run", "FILE", "--provider", "offline", "--option", "latency-ms=inf"],
            ["run", "FILE", "--provider", "offline", "--option", "latency-ms=-1"],
            ["run", "FILE", "--provider", "openai", "--option", "poll-interval=1e300"],
            ["run", "FILE", "--provider", "openai", "--option", "requests-per-job=9223372036854775807"],
            ["run", "FILE", "--model", ""],
            ["job", "run", "FILE", "--prompt", "x", "--batch-size", "9223372036854775807"],
            ["job", "run", "FILE", "--prompt", "x", "--price-in", "1e300", "--price-out", "1"],
            ["job", "run", "FILE", "--prompt", "x", "--price-in", "nan", "--price-out", "1"],
            ["job", "run", "FILE", "--prompt", "x", "--price-in", "inf", "--price-out", "1"],
        ])
    func numbers(arguments: [String]) async throws {
        let bench = try Workbench()
        var tool = Tool(folder: bench.folder)
        tool.environment["OPENAI_API_KEY"] = "k"
        let file = try bench.file(count: 1)
        let ended = try await tool.start(arguments.map { $0 == "FILE" ? file : $0 }).ended()
        #expect(ended.code == 64, "\(ended.errors)")
    }

    @Test("Misspelled commands, providers, options, outcomes and batches get a suggestion")
    func suggestions() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 1)
        _ = try await tool.run("run", file, "--provider", "offline", "--name", "nightly")
        for (arguments, code, word) in [
            (["lst"], 64, "\"list\""), (["help", "exit-codes"], 64, "help topic"),
            (["help", "statsu"], 64, "\"status\""),
            (["job", "rnu"], 64, "\"job run\""), (["run", file, "--provider", "opnai"], 64, "\"openai\""),
            (["run", file, "--provider", "OpenAI"], 64, "\"openai\""),
            (["run", file, "--provider", "claude"], 64, "\"anthropic\""),
            (["run", file, "--provider", "gpt"], 64, "\"openai\""), (["providers", "opnai"], 3, "\"openai\""),
            (["run", file, "--provider", "offline", "--option", "fail-shar=1"], 64, "\"fail-share\""),
            (["results", "--outcome", "failed"], 64, "\"errored\""), (["status", "nighlty"], 3, "\"nightly\""),
            (["list", "--status", "complete"], 64, "\"completed\""),
            (["run", file, "--api-key", "k"], 64, "--api-key-env"),
        ] {
            let ended = try await tool.start(arguments).ended()
            #expect(ended.code == code && ended.errors.contains(word), "\(arguments): \(ended.code) \(ended.errors)")
        }
        let csv = try await tool.run("list", "--csv")
        #expect(csv.code == 64 && !csv.errors.contains("--db'?"), "\(csv.errors)")
        #expect(try await tool.run("help", "job", "run").code == 0)
        #expect(try await tool.run("help").code == 0)
    }

    @Test("The extension of an output file chooses its format")
    func endings() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        _ = try await tool.run("run", try bench.file(count: 2), "--provider", "offline")
        func written(_ name: String) async throws -> String {
            let ended = try await tool.run("results", "-o", bench.path(name))
            #expect(ended.code == 0, "\(ended.errors)")
            return try String(contentsOfFile: bench.path(name), encoding: .utf8)
        }
        let lines = try await tool.run("results", "--jsonl").output
        #expect(try await written("a.jsonl") == lines)
        #expect(try await written("a") == lines)
        let table = try await written("a.csv").split(separator: "\n")
        #expect(table.count == 3 && table[0].hasPrefix("custom_id,outcome,text,error,"))
        #expect(table[1].hasPrefix("r0,succeeded,[offline echo] question 0,,,200,stop,1,"))
        #expect(try await written("a.tsv").hasPrefix("custom_id\toutcome\ttext\t"))
        #expect(try JSONObject(Array(try await written("a.json").utf8)).objects("results")?.count == 2)
        #expect(try await written("a.txt") == tool.run("results").output)
        let refused = try await tool.run("results", "-o", bench.path("a.xlsx"))
        #expect(refused.code == 64 && refused.errors.contains(".csv"))
        #expect(!FileManager.default.fileExists(atPath: bench.path("a.xlsx")))
    }

    @Test("cancel without a batch asks on a terminal, and fails elsewhere")
    func cancel() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 2)
        let draft = try await tool.run("run", file, "--provider", "offline", "--draft", "--json")
        let id = try #require(try draft.json().object("batch")?.string("id"))
        let refused = try await tool.run("cancel")
        #expect(refused.code == 64 && refused.errors.contains("llmbatch cancel \(id)"), "\(refused.errors)")
        let no = try PseudoTerminal(columns: 80, tool: tool, ["cancel"])
        #expect(await no.waitFor("[y/N]"))
        no.type("n\n")
        #expect(await no.ended() == 1)
        #expect(try await tool.run("status", "--json").json().object("batch")?.string("status") == "draft")
        let yes = try PseudoTerminal(columns: 80, tool: tool, ["cancel"])
        #expect(await yes.waitFor("[y/N]"))
        yes.type("y\n")
        #expect(await yes.ended() == 0)
        #expect(try await tool.run("status", "--json").json().object("batch")?.string("status") == "cancelled")
    }

    @Test(
        "A reader that goes away ends a command quietly, with 0",
        arguments: ["results", "requests", "results --json", "list"])
    func pipe(command: String) async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        _ = try await tool.run("run", try bench.file(count: 5000), "--provider", "offline")
        let ended = try await Tool.Running(
            tool: tool, binary: URL(filePath: "/bin/bash"),
            arguments: ["-c", "set -o pipefail; '\(Tool.binary.path)' \(command) | head -1"], input: nil
        ).ended()
        #expect(ended.code == 0 && ended.errors.isEmpty, "\(ended.code) \(ended.errors)")
    }

    @Test("A changed file shows what is already answered, and --reuse sends only the rest")
    func changed() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 20)
        let first = try await tool.run("run", file, "--provider", "offline", "--json")
        let id = try #require(try first.json().object("batch")?.string("id"))
        try Data(try String(contentsOfFile: file, encoding: .utf8).replacing("question 7\"", with: "other\"").utf8)
            .write(to: URL(filePath: bench.path("two.jsonl")))
        let second = try await tool.run("run", bench.path("two.jsonl"), "--provider", "offline", "--draft")
        #expect(second.errors.contains("Batch \(id) has requests with the same ids"), "\(second.errors)")
        #expect(second.errors.contains("answers to 19 of these 20 requests") && second.errors.contains("--reuse"))
        #expect(try await tool.run("run", bench.path("two.jsonl"), "--provider", "offline", "--reuse").code == 0)
        let results = try await tool.run("results", "--json").output
        #expect(results.components(separatedBy: #""reused":true"#).count - 1 == 19, "\(results)")
        // Of a retry that names what there is not, what there is.
        _ = try await tool.run("run", file, "--provider", "offline", "--option", "fail-share=1")
        let retry = try await tool.run("retry", "--outcome", "expired")
        #expect(retry.code == 1 && retry.errors.contains("it has 20 errored"), "\(retry.errors)")
    }
}
