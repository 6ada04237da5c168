import Foundation
import LLMBatch
import Testing
import Workbench

/// Files in a format that a command does not take, and empty arguments.
@Suite("Input formats")
struct InputFormTests {
    private static let line =
        #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"Hi"}]}}"#

    private func write(_ data: Data, _ name: String, _ bench: borrowing Workbench) throws -> String {
        try data.write(to: URL(filePath: bench.path(name)))
        return bench.path(name)
    }

    private func isEmpty(_ tool: Tool) async throws -> Bool {
        try await tool.run("list", "--json").json().objects("batches")?.isEmpty ?? false
    }

    /// A file that is not a request file.
    struct Odd: Sendable {
        let name: String
        let data: Data
        let what: String
        let remedy: String

        init(_ name: String, _ data: Data, _ what: String, _ remedy: String) {
            (self.name, self.data, self.what, self.remedy) = (name, data, what, remedy)
        }

        init(_ name: String, _ text: String, _ what: String, _ remedy: String) {
            self.init(name, Data(text.utf8), what, remedy)
        }

        private static func coded(_ encoding: String.Encoding) -> Data {
            InputFormTests.line.data(using: encoding) ?? Data()
        }

        static let all: [Odd] = [
            Odd(
                "a.json", Data("[\(InputFormTests.line), \(InputFormTests.line)]".utf8), "one JSON array",
                "jq -c '.[]' "),
            Odd(
                "a.json", Data("\n [\n  \(InputFormTests.line),\n  \(InputFormTests.line)\n]\n".utf8), "one JSON array",
                "jq -c '.[]' "),
            Odd(
                "a.jsonl", Data(InputFormTests.line.replacing(",", with: ",\n").utf8),
                "JSON values that span several lines", "jq -c . "),
            Odd(
                "a.jsonl", Data([0xEF, 0xBB, 0xBF]) + Data("{\n\"custom_id\":\n".utf8), "span several lines", "jq -c . "
            ),
            Odd("a.gz", Data([0x1F, 0x8B, 8, 0, 0, 0]), "is compressed (gzip)", "gzip -dc "),
            Odd("a.zst", Data([0x28, 0xB5, 0x2F, 0xFD, 0]), "is compressed (Zstandard)", "zstd -dc "),
            Odd("a.zip", Data("PK\u{3}\u{4}....a.jsonl".utf8), "is compressed (a ZIP archive)", "unzip -p "),
            Odd(
                "a.xlsx", Data("PK\u{3}\u{4}....[Content_Types].xml".utf8), "is a spreadsheet",
                "llmbatch job run FILE.csv"
            ),
            Odd("a.parquet", Data("PAR1\u{15}\u{4}".utf8), "is a Parquet file", "read_parquet"),
            Odd("a.db", Data("SQLite format 3\0".utf8), "is a SQLite file", "llmbatch import "),
            Odd("a.csv", Data("id,text\n1,Good\n".utf8), "looks like a table (CSV)", "llmbatch job run "),
            Odd("a.csv", Data("\"id\";\"text\"\n".utf8), "looks like a table (CSV)", "llmbatch job run "),
            Odd(
                "a.jsonl", coded(.utf16LittleEndian), "is UTF-16 LE text",
                "iconv -f UTF-16LE -t UTF-8 "),
            Odd(
                "a.jsonl", Data([0xFE, 0xFF]) + coded(.utf16BigEndian), "is UTF-16 text",
                "iconv -f UTF-16 "),
            Odd(
                "a.jsonl", Data([0xFF, 0xFE, 0, 0]) + coded(.utf32LittleEndian), "is UTF-32",
                "iconv -f UTF-32 "
            ),
            Odd(
                "a.jsonl", Data(InputFormTests.line.utf8) + Data([0x0A, 0xE9]), ":2: the line is not valid UTF-8",
                "iconv -f WINDOWS-1252 "
            ),
        ]
    }

    @Test("A request file in another format is named, with the command that converts it", arguments: Odd.all)
    func requests(odd: Odd) async throws {
        let (what, remedy) = (odd.what, odd.remedy)
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try write(odd.data, odd.name, bench)
        let run = try await tool.run("run", file, "--provider", "offline", "--endpoint", "/v1/chat/completions")
        #expect(run.code == 1)
        #expect(run.errors.contains(what) && run.errors.contains(remedy), "\(run.errors)")
        #expect(run.errors.contains(file))
        // What reads standard input is the command that was typed.
        if run.errors.contains("| llmbatch run") {
            #expect(run.errors.contains("| llmbatch run - --provider offline --endpoint /v1/chat/completions\n"))
        }
        #expect(try await isEmpty(tool))
    }

    @Test("Byte order marks, CRLF and blank lines are accepted in request files")
    func lines() async throws {
        let bench = try Workbench()
        let second = Self.line.replacing(#""a""#, with: #""b""#)
        let file = try write(
            Data([0xEF, 0xBB, 0xBF]) + Data("\r\n\(Self.line)\r\n\r\n\(second)".utf8), "a.jsonl", bench)
        let run = try await Tool(folder: bench.folder).run("run", file, "--provider", "offline", "--json")
        #expect(try run.count("succeeded") == 2)
    }

    @Test(
        "Row files in another format are named; lines that are arrays are rows",
        arguments: [
            ("a.jsonl", "[{\"a\":1},{\"a\":2}]", 1, "one JSON array"),
            ("a.jsonl", "{\n \"a\": 1\n}\n", 1, "several lines"),
            ("a.jsonl", "a,b\n1,2\n", 1, "--format csv"), ("a.jsonl", "[1,2]\n[3]\n", 0, ""),
            ("a.jsonl", "[\"x\"]\n", 0, ""), ("a.jsonl", "{\"a\":1,\"a\":2}\n", 1, ":1: the row has a twice"),
            ("a.jsonl", "{\"a\":\"\\ud83d\"}\n", 1, ":1: the row contains half a surrogate pair"),
            ("a.jsonl", line, 1, "a request line"),
        ])
    func rows(name: String, text: String, code: Int, what: String) async throws {
        let bench = try Workbench()
        let file = try write(Data(text.utf8), name, bench)
        let run = try await Tool(folder: bench.folder).run("job", "run", file, "--prompt", "x", "--provider", "offline")
        #expect(Int(run.code) == code, "\(run.errors)")
        #expect(what.isEmpty || run.errors.contains(what), "\(run.errors)")
    }

    @Test("An unusual CSV format is reported, and options override it")
    func told() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = try write(
            try #require("Nr;Bewertung\r\n1;Schön, günstig\r\n".data(using: .windowsCP1252)), "Größe.csv", bench)
        let arguments = ["job", "run", rows, "--prompt", "x", "--provider", "offline", "-o", "-"]
        let run = try await tool.start(arguments, input: nil).ended()
        #expect(run.output.hasPrefix(#"{"row":0,"input":{"Nr":"1","Bewertung":"Schön, günstig"},"#), "\(run.output)")
        #expect(
            run.errors.contains(
                "Reading \(rows) as semicolon-separated, Windows-1252. Use --delimiter or --encoding to change that."))
        let said = try await tool.start(
            arguments + ["--delimiter", "semicolon", "--encoding", "cp1252"], input: nil
        ).ended()
        #expect(said.output == run.output && !said.errors.contains("Reading"))
        let usual = try write(Data("id,text\n1,a\n".utf8), "usual.csv", bench)
        let quiet = try await tool.run("job", "run", usual, "--prompt", "x", "--provider", "offline")
        #expect(!quiet.errors.contains("Reading"))
        for (option, value) in [("--delimiter", "ab"), ("--delimiter", "\""), ("--encoding", "klingon")] {
            let wrong = try await tool.run("job", "run", usual, "--prompt", "x", option, value)
            #expect(wrong.code == 64 && wrong.errors.contains(option), "\(wrong.errors)")
        }
        let lines = try write(Data("{\"a\":1}".utf8), "a.jsonl", bench)
        #expect(try await tool.run("job", "run", lines, "--prompt", "x", "--delimiter", "tab").code == 64)
    }

    @Test(
        "An empty argument is a usage error that names the option",
        arguments: [
            (["run", "FILE", "--model", ""], "--model"), (["run", "FILE", "--model="], "--model"),
            (["run", "FILE", "--provider", ""], "--provider"), (["run", "FILE", "--name", ""], "--name"),
            (["run", "FILE", "--base-url", ""], "--base-url"), (["list", "--db", ""], "--db"),
            (["job", "run", "FILE", "--prompt", ""], "--prompt"), (["results", ""], "argument"),
            (["run", "FILE", "--option", ""], "--option"), (["results", "@last", "-o", ""], "-o"),
        ])
    func empty(arguments: [String], option: String) async throws {
        let bench = try Workbench()
        let file = try bench.file(count: 1)
        let run = try await Tool(folder: bench.folder).start(arguments.map { $0 == "FILE" ? file : $0 }, input: nil)
            .ended()
        #expect(run.code == 64)
        #expect(run.errors.contains("\(option) is empty"), "\(run.errors)")
    }

    @Test("- is standard output for export, and standard input for import and the prompt")
    func standardStreams() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        _ = try await tool.run("run", try bench.file(count: 3), "--provider", "offline", "--name", "three")
        // Through the shell, since the bytes are no text.
        let copy = bench.path("copy.db")
        let pipe = Process()
        pipe.executableURL = URL(filePath: "/bin/sh")
        let binary = Tool.binary.path
        pipe.arguments = [
            "-c",
            "'\(binary)' export three - --db '\(tool.database)' | '\(binary)' import - --db '\(copy)' > /dev/null",
        ]
        try pipe.run()
        await withCheckedContinuation { done in
            Thread.detachNewThread {
                pipe.waitUntilExit()
                done.resume()
            }
        }
        #expect(pipe.terminationStatus == 0)
        #expect(!FileManager.default.fileExists(atPath: "-"))
        let status = try await tool.run("status", "three", "--db", copy, "--json")
        #expect(try status.count("succeeded") == 3)
        let rows = try write(Data("{\"a\":1}".utf8), "a.jsonl", bench)
        let prompted = try await tool.run(
            "job", "test", rows, "--prompt-file", "-", "--provider", "offline", input: "\u{FEFF}Judge this.\n")
        #expect(prompted.output.contains("Judge this.") && !prompted.output.contains("\u{FEFF}"), "\(prompted.errors)")
        let both = try await tool.run("job", "test", "-", "--format", "csv", "--prompt-file", "-", input: "x")
        #expect(both.code == 64)
        #expect(try await tool.run("export", "three", "-", "--json").code == 64)
    }

    @Test("import names the format of a file that it cannot read")
    func imported() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let lines = try await tool.run("import", try bench.file(count: 1))
        #expect(lines.code == 1)
        #expect(
            lines.errors.contains("looks like JSON lines") && lines.errors.contains("llmbatch run "), "\(lines.errors)")
        let packed = try await tool.run("import", try write(Data([0x1F, 0x8B, 8, 0]), "a.gz", bench))
        #expect(packed.errors.contains("gzip -dc") && packed.errors.contains("llmbatch import -"), "\(packed.errors)")
        let prompt = try await tool.run("job", "test", try bench.file(count: 1), "--prompt-file", bench.path("none"))
        #expect(prompt.errors.contains("there is no file \(bench.path("none"))"), "\(prompt.errors)")
    }
}
