import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// `llmbatch job`, tested on the real binary with `offline`, which makes up values that fit.
@Suite("The tool's jobs")
struct JobToolTests {
    private static let schema = """
        {"type":"object","properties":{"label":{"type":"string","enum":["good","bad"]},"id":{"type":"string"}},
         "required":["label","id"]}
        """

    /// Writes a file and gives its path.
    private func write(_ text: String, _ name: String, _ bench: borrowing Workbench) throws -> String {
        try write(Data(text.utf8), name, bench)
    }

    private func write(_ data: Data, _ name: String, _ bench: borrowing Workbench) throws -> String {
        try data.write(to: URL(filePath: bench.path(name)))
        return bench.path(name)
    }

    @Test("CSV rows give CSV values with their quoting, line breaks and order")
    func csv() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write(
            "\u{FEFF}\"id\",\"the, text\"\r\n1,\"say \"\"hi\"\"\r\nagain\"\r\n2,plain\r\n\r\n3,\" spaced \"\r\n",
            "in.csv",
            bench)
        let schema = try write(Self.schema, "schema.json", bench)
        let run = try await tool.run(
            "job", "run", rows, "--prompt", "Judge.", "--schema", schema, "--provider", "offline", "-o",
            bench.path("out.csv"), "--json")
        #expect(run.code == 0, "\(run.errors)")
        let job = try #require(try run.json().object("job"))
        #expect(job.object("rows")?.integer("total") == 3)
        #expect(job.object("rows")?.integer("succeeded") == 3)
        #expect(try run.json().integer("schema_version") == 1)
        #expect(
            try String(contentsOfFile: bench.path("out.csv"), encoding: .utf8) == """
                row,id,"the, text",label,job_id,error
                0,1,"say ""hi""\r\nagain",good,1,
                1,2,plain,bad,2,
                2,3," spaced ",good,3,

                """)
        // The same command is the same job, and asks nothing.
        let again = try await tool.run(
            "job", "run", rows, "--prompt", "Judge.", "--schema", schema, "--provider", "offline", "--json")
        #expect(try again.json().object("batch")?.string("id") == run.json().object("batch")?.string("id"))
    }

    @Test("The columns of a table are those of the schema, even if no row has a value")
    func columns() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("n\n1\n", "in.csv", bench)
        let schema = try write(Self.schema, "schema.json", bench)
        for (arguments, header) in [(["--schema", schema], "row,n,label,id,error"), ([], "row,n,output,error")] {
            let run = try await tool.start(
                ["job", "run", rows, "--prompt", "Judge.", "--provider", "offline", "--option", "fail-share=1"]
                    + ["--max-retries", "0", "-o", bench.path("out.csv")] + arguments
            ).ended()
            #expect(run.code == 2, "\(run.errors)")
            let lines = try String(contentsOfFile: bench.path("out.csv"), encoding: .utf8).split(separator: "\n")
            #expect(lines.first.map(String.init) == header)
        }
    }

    @Test("JSONL rows give lines with row number, input and output")
    func jsonl() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("\u{FEFF}{\"id\":\"a\",\"n\":1.50}\n\n\"just text\"\n{\"id\":\"c\"}", "in.jsonl", bench)
        let schema = try write(Self.schema, "schema.json", bench)
        let run = try await tool.run(
            "job", "run", rows, "--prompt", "Judge.", "--schema", schema, "--provider", "offline", "-o", "-")
        #expect(run.code == 0, "\(run.errors)")
        #expect(
            run.output == """
                {"row":0,"input":{"id":"a","n":1.50},"output":{"label":"good","id":"a"}}
                {"row":1,"input":{"value":"just text"},"output":{"label":"bad","id":"text 1"}}
                {"row":2,"input":{"id":"c"},"output":{"label":"good","id":"c"}}

                """)
        let piped = try await tool.run(
            "job", "run", "-", "--format", "csv", "--prompt", "Judge.", "--schema", schema, "--provider", "offline",
            "-o", "-", input: "id\tx,y\n1,2\n")
        #expect(piped.output.hasPrefix(#"{"row":0,"input":{"id\tx":"1","y":"2"},"output":"#))
        let tabs = try write("id\tnote\n7\ta,b\n", "in.tsv", bench)
        let table = try await tool.run(
            "job", "run", tabs, "--prompt", "x", "--schema", schema, "-o", bench.path("o.tsv"))
        #expect(table.code == 0)
        #expect(
            try String(contentsOfFile: bench.path("o.tsv"), encoding: .utf8)
                == "row\tid\tnote\tlabel\tjob_id\terror\n0\t7\ta,b\tgood\t7\t\n")
    }

    @Test(
        "Bad rows are refused with file, line and reason, and nothing is stored",
        arguments: [
            ("in.csv", "a,a\n1,2\n", ":1: two columns are named \"a\""),
            ("in.csv", "a,\n1,2\n", ":1: column 2 has no name, and the row on line 2 has a value in it"),
            ("in.csv", ",a\n0,2\n", ":1: column 1 has no name, like the index that pandas and R write"),
            ("in.csv", "a,,b\n0,,2\n", ":1: column 2 has no name"),
            ("in.csv", "a,b\n1,2\n1\n", ":3: the row has 1 cell, the header 2"),
            ("in.csv", "a,b\n1,2\n\n1,2,3\n", ":4: the row has 3 cells, the header 2"),
            ("in.csv", "a,b\n1,2\n1,\"never\nends\n", ":3: a quote in the row that starts here is not closed"),
            ("in.csv", "a,row_id\n1,2\n", ":2: the row has a member \"row_id\""),
            ("in.csv", "a,b\n", "contains no row"), ("in.csv", "", "contains no row"),
            ("in.jsonl", "{\"a\":1}\n{\"b\":2,}\n", ":2: the row is not JSON"),
            ("in.jsonl", "{\"a\":1}\n\n{\"row_id\":2}\n", ":3: the row has a member \"row_id\""),
            ("in.jsonl", "\n \n", "contains no row"),
        ])
    func badRows(name: String, text: String, reason: String) async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write(text, name, bench)
        let run = try await tool.run("job", "run", rows, "--prompt", "x", "--provider", "offline")
        #expect(run.code == 1)
        #expect(run.errors.contains(rows) && run.errors.contains(reason), "\(run.errors)")
        #expect(run.output.isEmpty)
        #expect(try await tool.run("list", "--json").json().objects("batches")?.isEmpty == true)
    }

    @Test("Invalid UTF-8 is rejected with its line", arguments: ["in.csv", "in.jsonl"])
    func notUTF8(name: String) async throws {
        let bench = try Workbench()
        let good = name == "in.csv" ? "a\né\n" : "{\"a\":1}\n{\"a\":2}\n"
        let rows = try write(Data(good.utf8) + Data([0x22, 0xFF, 0x22, 0x0A]), name, bench)
        let run = try await Tool(folder: bench.folder).run("job", "run", rows, "--prompt", "x", "--provider", "offline")
        #expect(run.code == 1)
        #expect(run.errors.contains("\(name):3: the row is not valid UTF-8"), "\(run.errors)")
    }

    @Test("Missing and invalid arguments are reported before anything is stored")
    func usage() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("a\n1\n", "in.csv", bench)
        let odd = try write(#"{"type":"object","propertees":{}}"#, "odd.json", bench)
        #expect(try await tool.run("job", "run", rows).code == 64)
        let both = try await tool.run("job", "run", rows, "--prompt", "x", "--prompt-file", odd)
        #expect(both.code == 64)
        #expect(both.errors.contains("llmbatch: --prompt and --prompt-file cannot be used together"))
        #expect(both.errors.contains("Usage: llmbatch job run"))
        for (arguments, words) in [
            (["--prompt", " "], "blank"), (["--prompt", "x", "--batch-size", "0"], "--batch-size must be from 1"),
            (["--prompt", "x", "--max-retries=-1"], "--max-retries must be from 0"),
            (["--prompt", "x", "--schema", odd], "propertees"),
            (["--prompt", "x", "--parameter", "messages=[]"], "messages"),
            (["--prompt-file", bench.path("nothing.txt")], "nothing.txt"),
            (
                ["--prompt", "x", "-o", bench.path("out.txt")],
                "--output must end in .jsonl, .csv or .tsv"
            ),
            (["--prompt", "x", "--parameter", "t"], "Usage: llmbatch job run"),
            (["--prompt", "x", "--provider", "realtime", "--base-url", "http://127.0.0.1:1/v1"], "no model"),
        ] {
            let run = try await tool.start(["job", "run", rows] + arguments).ended()
            #expect([1, 4, 64].contains(run.code))
            #expect(run.errors.contains(words), "\(arguments): \(run.errors)")
        }
        #expect(try await tool.run("list", "--json").json().objects("batches")?.isEmpty != false)
        #expect(try await tool.run("job", "results", "@last").code == 3)
    }

    @Test("Rows without a value carry the reason, the exit code is 2, and retry sends only those")
    func failedRows() async throws {
        let script = SimulatorScript { script in
            script.answer = { request in
                guard case .text(let text) = StructuredModel.enforcing(request) else { return .success }
                return .text(text.replacing("\"id\":\"2\"", with: "\"id\":2"))
            }
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let rows = try write("id\n1\n2\n3\n", "in.csv", bench)
            let schema = try write(Self.schema, "schema.json", bench)
            let command =
                ["job", "run", rows, "--prompt", "Judge.", "--schema", schema, "--model", "m", "--max-retries", "1"]
                + Tool.realtimeArguments(simulator, concurrency: 2)
            let run = try await tool.start(command + ["-o", bench.path("out.csv")]).ended()
            #expect(run.code == 2)
            #expect(run.errors.contains("1 row failed after 2 attempts"))
            let lines = try String(contentsOfFile: bench.path("out.csv"), encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 4 && lines[1] == "0,1,good,1," && lines[3] == "2,3,good,3,")
            #expect(lines[2].hasPrefix("1,2,,,") && lines[2].contains("schema: "))
            let json = try await tool.run("job", "results", "@last", "--json")
            #expect(json.code == 2)
            #expect(try json.json().object("job")?.object("rows")?.integer("failed") == 1)
            let quiet = try await tool.start(command + ["--no-stop", "-o", "-"]).ended()
            #expect(quiet.output.split(separator: "\n").count == 3)
            #expect(!quiet.errors.contains("have no value"))
            simulator.setScript(SimulatorScript { $0.answer = StructuredModel.enforcing })
            let retry = try await tool.run("retry", "@last", "--wait")
            #expect(retry.code == 0, "\(retry.errors)")
            let last = try JSONObject(Array(try #require(simulator.ledger.calls.last?.body)))
            #expect(last.objects("messages")?.last?.string("content") == #"[{"row_id":1,"id":"2"}]"#)
            #expect(try await tool.run("job", "results").output.contains(#""output":{"label":"bad","id":"2"}"#))
            try await checkShow(tool)
        }
    }

    /// Row 1 was answered badly twice, then well, in requests that first held other rows.
    private func checkShow(_ tool: Tool) async throws {
        let text = try await tool.run("show", "1")
        #expect(text.code == 0)
        for words in [
            "row 1  succeeded", #"input: {"id":"2"}"#, #"output: {"label":"bad","id":"2"}"#,
            "attempt 1 with realtime (model m): schema: /id", "attempt 2 with realtime (model m): schema: /id",
            #"attempt 3 with realtime (model m): {"label":"bad","id":"2"}"#,
        ] {
            #expect(text.output.contains(words), "\(text.output)")
        }
        let json = try await tool.run("show", "1", "rows-0000000-0000002", "0", "--batch", "@last", "--json")
        let rows = try #require(try json.json().objects("rows"))
        #expect(rows.map { $0.integer("row") } == [1, 0])
        #expect(try json.json().objects("requests")?.count == 1)
        #expect(rows[0].object("input")?.string("id") == "2")
        #expect(rows[0].object("output")?.string("label") == "bad")
        let attempts = try #require(rows[0].objects("attempts"))
        #expect(attempts.map { $0.string("outcome") } == ["invalid", "invalid", "succeeded"])
        #expect(attempts.map { $0.object("error")?.string("kind") } == ["schema", "schema", nil])
        #expect(attempts.last?.object("output")?.string("id") == "2")
        // It had its value at once, so it was not asked again with the others.
        #expect(rows[1].objects("attempts")?.count == 1)
        let none = try await tool.run("show", "3", "--jsonl")
        #expect(none.code == 3 && none.output.isEmpty)
    }

    @Test("job test sends one row, shows request, answer and tokens, and estimates all rows")
    func test() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("id\n" + (0..<25).map { "\($0)\n" }.joined(), "in.csv", bench)
        let schema = try write(Self.schema, "schema.json", bench)
        let prompt = try write("Judge.\n", "prompt.txt", bench)
        let test = try await tool.run(
            "job", "test", rows, "--prompt-file", prompt, "--schema", schema, "--provider", "offline")
        #expect(test.code == 0, "\(test.errors)")
        for words in [#"request: {"custom_id":"row-0000000""#, #"value: {"label":"good","id":"0"}"#, "tokens: "] {
            #expect(test.output.contains(words))
        }
        #expect(test.output.contains("estimate for 25 rows: 3 requests"))
        let json = try await tool.run(
            "job", "test", rows, "--prompt", "Judge.", "--schema", schema, "--provider", "offline", "--json")
        let content = try #require(try json.json().object("test"))
        #expect(content.object("request")?.string("custom_id") == "row-0000000")
        #expect(content.object("output")?.string("label") == "good")
        #expect(content.object("estimate")?.integer("rows") == 25)
        // What all rows are said to take is about what they take.
        let estimated = try #require(content.object("estimate")?.integer("input_tokens"))
        let run = try await tool.run(
            "job", "run", rows, "--prompt", "Judge.", "--schema", schema, "--provider", "offline", "--json")
        let taken = try #require(try run.json().object("job")?.integer("input_tokens"))
        #expect(abs(estimated - taken) * 20 < taken, "\(estimated), \(taken)")
    }

    @Test("--embed gives a vector for the text of every row")
    func embed() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("id,note\n1,one\n2,two\n", "in.csv", bench)
        let run = try await tool.run("job", "run", rows, "--embed", "note", "--provider", "offline", "-o", "-")
        #expect(run.code == 0, "\(run.errors)")
        let lines = try run.output.split(separator: "\n").map { try JSONObject(Array($0.utf8)) }
        #expect(lines.map { $0.elements("output")?.count } == [8, 8])
        #expect(try await tool.run("job", "run", rows, "--embed", "note", "--prompt", "x").code == 64)
        let missing = try await tool.run("job", "run", rows, "--embed", "text", "--provider", "offline")
        #expect(missing.code == 1 && missing.errors.contains("row 0 has no text in \"text\""))
    }

    @Test("Costs follow the given prices and the batch discount, and never appear without prices")
    func cost() async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let rows = try write("id\n" + (0..<20).map { "\($0)\n" }.joined(), "in.csv", bench)
            let schema = try write(Self.schema, "schema.json", bench)
            let asked = [rows, "--prompt", "Judge.", "--schema", schema, "--model", "m"]
            let prices = ["--price-in", "100000", "--price-out", "1000000"]
            let batch = try await tool.start(
                ["job", "run"] + asked + Tool.openAIArguments(simulator) + prices + ["--json"]
            ).ended()
            #expect(batch.code == 0, "\(batch.errors)")
            let cost = try #require(try batch.json().object("job")?.object("cost"))
            // Two requests of 14 tokens in and 5 out, at half of the price.
            #expect(cost.raw("amount").map(Array.init) == Array("6.4".utf8))
            #expect(cost.raw("price_factor").map(Array.init) == Array("0.5".utf8))
            let text = try await tool.start(["job", "run"] + asked + Tool.openAIArguments(simulator) + prices).ended()
            #expect(text.output.contains("cost: 6.40 (50% of the given prices)"))
            let plain = try await tool.start(["job", "results", "--json"]).ended()
            #expect(try plain.json().object("job")?.has("cost") == false)
            let test = try await tool.start(
                ["job", "test"] + asked + Tool.realtimeArguments(simulator, concurrency: 1) + prices
            ).ended()
            #expect(test.output.contains(", cost: "), "\(test.output)")
            #expect(try await tool.start(["job", "run"] + asked + ["--price-in", "1"]).ended().code == 64)
        }
    }

    @Test("--reuse answers from the store, in job run and in run, and marks the answers")
    func reuse() async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let schema = try write(Self.schema, "schema.json", bench)
            let rows = bench.path("rows.csv")
            func run(_ count: Int, _ arguments: String...) async throws -> Tool.Ended {
                try Data(("id\n" + (0..<count).map { "\($0)\n" }.joined()).utf8).write(to: URL(filePath: rows))
                return try await tool.start(
                    ["job", "run", rows, "--prompt", "Judge.", "--schema", schema, "--model", "m", "--json"]
                        + Tool.realtimeArguments(simulator, concurrency: 2) + arguments
                ).ended()
            }
            #expect(try await run(20).code == 0)
            let asked = simulator.ledger.contents.asks.count
            let second = try await run(30, "--reuse", "-o", bench.path("out.jsonl"))
            #expect(simulator.ledger.contents.asks.count == asked + 1)
            let requests = try #require(try second.json().object("job")?.object("requests"))
            #expect(requests.integer("reused") == 2 && requests.integer("total") == 3)
            #expect(try second.json().object("job")?.integer("input_tokens") == 14)
            let lines = try String(contentsOfFile: bench.path("out.jsonl"), encoding: .utf8).split(separator: "\n")
            #expect(lines.count { $0.hasSuffix(",\"reused\":true}") } == 20)
            #expect(try await tool.run("show", "3").output.contains("(reused)"))
            let results = try await tool.run("results", "--json").json().objects("results")
            #expect(results?.count { $0.raw("reused").map(Array.init) == Array("true".utf8) } == 2)
            // Without the flag everything is asked.
            #expect(try await run(30, "--new").code == 0)
            #expect(simulator.ledger.contents.asks.count == asked + 4)
            // And plain batches, over the batch API.
            let file = try bench.file(count: 5)
            for name in ["one", "two"] {
                let plain = ["run", file, "--name", name, "--reuse"] + Tool.openAIArguments(simulator)
                let ended = try await tool.start(plain).ended()
                #expect(ended.code == 0 && ended.output.contains("5 answers reused") == (name == "two"))
                #expect(simulator.ledger.acceptedJobs.count == 1)
            }
            #expect(try await tool.run("show", "r1", "--batch", "two").output.contains("succeeded, reused"))
        }
    }

    @Test("--name, --fork and --new distinguish jobs, and differences are named")
    func names() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write("id\n1\n", "in.csv", bench)
        func id(_ arguments: String...) async throws -> String? {
            let command = ["job", "run", rows, "--provider", "offline", "--json"] + arguments
            return try await tool.start(command).ended().json().object("batch")?.string("id")
        }
        let first = try await id("--prompt", "a", "--name", "n")
        #expect(first != nil)
        #expect(try await id("--prompt", "a", "--name", "n", "--max-retries", "7") == first)
        let refused = try await tool.run(
            "job", "run", rows, "--provider", "offline", "--prompt", "b", "--name", "n")
        #expect(refused.code == 1)
        #expect(refused.errors.contains("differs: the prompt"))
        let fork = try await id("--prompt", "b", "--name", "n", "--fork")
        #expect(fork != nil && fork != first)
        #expect(try await id("--prompt", "b", "--name", "n", "--fork") == fork)
        let unnamed = try await id("--prompt", "a")
        #expect(try await id("--prompt", "a") == unnamed)
        #expect(try await id("--prompt", "a", "--new") != unnamed)
        #expect(try await tool.run("job", "run", rows, "--prompt", "a", "--fork").code == 64)
    }
}
