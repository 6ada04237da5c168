import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Stores and portable files that come from elsewhere, on the real binary.
@Suite("The tool's imports", .timeLimit(.minutes(5)))
struct ImportToolTests {
    /// A store of its own in a folder of the bench.
    private static func tool(_ bench: borrowing Workbench, _ name: String) throws -> Tool {
        let folder = bench.folder.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return Tool(folder: folder)
    }

    @Test("Imported answers and batches are not used as one's own without --reuse-imported")
    func trust() async throws {
        let bench = try Workbench()
        let (theirs, ours) = (try Self.tool(bench, "theirs"), try Self.tool(bench, "ours"))
        let file = try bench.file(count: 3)
        let export = bench.path("theirs.llmbatch")
        let made = try await theirs.run("run", file, "--provider", "offline", "--json")
        let id = try #require(try made.json().object("batch")?.string("id"))
        #expect(try await theirs.run("export", id, export).code == 0)
        #expect(try await ours.run("import", export).code == 0)
        let status = try await ours.run("status", id, "--local", "--json").json().object("batch")
        #expect(status?.string("imported_from") == export && status?.string("imported_at") != nil)
        let trusting = try await ours.run("run", file, "--provider", "offline", "--json", "--reuse-imported")
        #expect(try trusting.json().object("batch")?.string("id") == id)
        let own = try await ours.run("run", file, "--provider", "offline", "--json")
        #expect(try own.json().object("batch")?.string("id") != id)
        // Another batch of the same bodies: nothing of it is answered from the file.
        let others = bench.path("others.jsonl")
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("\"custom_id\":\"", with: "\"custom_id\":\"x").write(
            toFile: others, atomically: true, encoding: .utf8)
        let fresh = try Self.tool(bench, "fresh")
        #expect(try await fresh.run("import", export).code == 0)
        #expect(try await fresh.run("run", others, "--provider", "offline", "--reuse", "--new").code == 0)
        #expect(try await !fresh.run("results", "--json").output.contains("\"reused\""))
        let again = try Self.tool(bench, "again")
        #expect(try await again.run("import", export).code == 0)
        let reused = try await again.run("run", others, "--provider", "offline", "--reuse", "--reuse-imported", "--new")
        #expect(reused.code == 0)
        #expect(try await again.run("results", "--json").output.contains("\"reused\""))
    }

    @Test("Every batch of a store that can be imported is, and the others are named")
    func severalBatches() async throws {
        let bench = try Workbench()
        let (here, there) = (try Self.tool(bench, "here"), try Self.tool(bench, "there"))
        for (name, count, failing) in [("one", 2, "1"), ("two", 3, "0"), ("three", 4, "0")] {
            let file = try bench.file(count: count)
            _ = try await there.run(
                "run", file, "--name", name, "--provider", "offline", "--option", "fail-share=\(failing)")
        }
        let old = bench.path("old.db")
        let one = try await there.run("list", "--name", "one", "--json").json().objects("batches")?.first?.string("id")
        let id = try #require(one)
        #expect(try await there.run("export", id, bench.path("one.llmbatch")).code == 0)
        try FileManager.default.copyItem(atPath: there.database, toPath: old)
        #expect(try await here.run("import", bench.path("one.llmbatch")).code == 0)
        // Here, the first goes further.
        let retried = try await here.run("retry", id, "--wait", "--option", "fail-share=0")
        #expect(retried.code == 0, "\(retried.errors)")
        let ended = try await here.run("import", old)
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(
            ended.errors.contains(
                "Not imported: batch \(id) \"one\": the storage already holds a later state of batch \(id)"))
        #expect(try await here.run("status", id, "--local", "--json").count("succeeded") == 2)
        let names = try await here.run("list", "--json").json().objects("batches")?.compactMap { $0.string("name") }
        #expect(Set(names ?? []) == ["one", "two", "three"])
        // A name that another batch has.
        let clash = try Self.tool(bench, "clash")
        let other = try bench.file(count: 1)
        #expect(try await clash.run("run", other, "--name", "two", "--provider", "offline").code == 0)
        let partly = try await clash.run("import", old, "--json")
        #expect(partly.code == 1)
        #expect(try partly.json().objects("batches")?.count == 2)
        #expect(try partly.json().objects("skipped")?.map { $0.object("error")?.string("code") } == ["name_taken"])
        #expect(partly.errors.contains("\"two\""))
    }

    @Test("A damaged file is rejected as damaged, with exit code 1 and nothing imported")
    func damaged() async throws {
        let bench = try Workbench()
        let tool = try Self.tool(bench, "a")
        #expect(try await tool.run("run", try bench.file(count: 5), "--provider", "offline").code == 0)
        let export = bench.path("a.llmbatch")
        #expect(try await tool.run("export", "@last", export).code == 0)
        var bytes = try [UInt8](Data(contentsOf: URL(filePath: export)))
        for place in stride(from: 4096 * 2 + 40, to: bytes.count, by: 977) { bytes[place] ^= 0x5A }
        try Data(bytes).write(to: URL(filePath: export))
        let fresh = try Self.tool(bench, "b")
        let ended = try await fresh.run("import", export)
        #expect(ended.code == 1 && !ended.wasKilled, "\(ended.errors)")
        #expect(ended.errors.contains("\(export) is damaged"), "\(ended.errors)")
        try Data("{}".utf8).write(to: URL(filePath: export))
        let text = try await fresh.run("import", export)
        #expect(text.code == 1 && text.errors.contains("is not a SQLite file"))
        #expect(text.errors.contains("llmbatch run"))
    }

    @Test("A read-only store in a read-only folder works with every reading command")
    func readOnly() async throws {
        let bench = try Workbench()
        let tool = try Self.tool(bench, "store")
        #expect(try await tool.run("run", try bench.file(count: 4), "--provider", "offline").code == 0)
        let manager = FileManager.default
        #expect(!manager.fileExists(atPath: tool.database + "-wal"))
        try manager.setAttributes([.posixPermissions: 0o444], ofItemAtPath: tool.database)
        let closed = 0o555
        for folder in [bench.folder.path, tool.folder.path] {
            try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        }
        try manager.setAttributes([.posixPermissions: closed], ofItemAtPath: tool.folder.path)
        defer { try? manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool.folder.path) }
        // The files of the subprocess's output are elsewhere.
        var reader = Tool(folder: bench.folder)
        reader.environment["LLMBATCH_DB"] = tool.database
        for command in [
            ["list"], ["status", "--local"], ["results", "--jsonl"], ["requests"], ["show", "r1"], ["status"],
        ] {
            let ended = try await Self.unprivileged(reader, command)
            guard let ended else { return }
            #expect(ended.code == 0, "\(command): \(ended.errors)")
        }
        let export = try await Self.unprivileged(reader, ["export", "@last", "/dev/null/x"])
        #expect(export?.errors.contains("is not writable") == false)
        let retry = try await Self.unprivileged(reader, ["cancel", "@last"])
        #expect(retry?.code == 1)
        #expect(
            try manager.contentsOfDirectory(atPath: tool.folder.path).filter { $0.hasPrefix("store.db-") }.sorted()
                == ["store.db-gate", "store.db-lock"])
    }

    /// Runs the tool as a user without full write access; nil, with the reason printed, if that is impossible.
    private static func unprivileged(_ tool: Tool, _ arguments: [String]) async throws -> Tool.Ended? {
        guard geteuid() == 0 else { return try await tool.start(arguments).ended() }
        let setpriv = URL(filePath: "/usr/bin/setpriv")
        guard FileManager.default.isExecutableFile(atPath: setpriv.path) else {
            print("skipped: root may write everywhere, and there is no /usr/bin/setpriv to be somebody else")
            return nil
        }
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", Tool.binary.path] + arguments
        return try await Tool.Running(tool: tool, binary: setpriv, arguments: nobody, input: nil).ended()
    }

    @Test("Without HOME the store is in the user's home folder, not in the root folder")
    func emptyHome() async throws {
        let bench = try Workbench()
        var tool = Tool(folder: bench.folder)
        tool.environment = ["LLMBATCH_DB": "", "HOME": "", "XDG_DATA_HOME": ""]
        let ended = try await tool.run("show", "no-such-request-anywhere")
        #expect(!ended.errors.contains(" /.local"), "\(ended.errors)")
        #expect(ended.code == 3, "\(ended.errors)")
    }

    @Test("An export never replaces a store")
    func exportOverAStore() async throws {
        let bench = try Workbench()
        let (one, two) = (try Self.tool(bench, "one"), try Self.tool(bench, "two"))
        for tool in [one, two] {
            #expect(try await tool.run("run", try bench.file(count: 2), "--provider", "offline").code == 0)
        }
        let refused = try await one.run("export", "@last", two.database, "--force")
        #expect(refused.code == 1 && refused.errors.contains("is a store, not an export"), "\(refused.errors)")
        #expect(try await two.run("list", "--json").json().objects("batches")?.count == 1)
        let missing = try await one.run("export", "@last", bench.path("nowhere/x.llmbatch"))
        #expect(missing.code == 1 && missing.errors.contains("the folder \(bench.path("nowhere")) does not exist"))
        #expect(!missing.errors.contains(".tmp"))
    }
}
