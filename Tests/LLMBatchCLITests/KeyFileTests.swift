import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Keys in files: read when they are their owner's alone, never stored.
@Suite("Key files", .timeLimit(.minutes(2)))
struct KeyFileTests {
    static func file(_ bench: borrowing Workbench, _ text: String, mode: Int = 0o600) throws -> String {
        let path = bench.path("key")
        try Data(text.utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    static func provider(_ path: String) throws -> Provider { try .openAI(apiKey: .file(path)) }

    @Test("A key is read from its file, and only the path is stored")
    func aKeyIsReadAndOnlyItsPathIsStored() async throws {
        let script = SimulatorScript { $0.apiKey = "sk-from-a-file" }
        try await withBench(script) { bench, simulator in
            let path = try Self.file(bench, "sk-from-a-file\n")
            let ended = try await Tool(folder: bench.folder).run(
                "run", try bench.file(count: 2), "--provider", "openai", "--base-url", simulator.baseURL,
                "--api-key-file", path, "--option", "poll-interval=0.01", "--json")
            #expect(ended.code == 0, "\(ended.errors)")
            let batch = try #require(try ended.json().object("batch"))
            #expect(batch.object("provider")?.string("key_source") == "file:\(path)")
            #expect(!ended.output.contains("sk-from-a-file"))
            let keys = Set(simulator.ledger.calls.map { $0.headers["authorization"] })
            #expect(keys == ["Bearer sk-from-a-file"])
        }
    }

    @Test("A key file that others can access is refused", arguments: [0o640, 0o604, 0o620])
    func aKeyThatOthersMaySeeIsRefused(_ mode: Int) throws {
        let bench = try Workbench()
        let path = try Self.file(bench, "sk-from-a-file", mode: mode)
        let error = #expect(throws: LLMBatchError.self) { _ = try Self.provider(path) }
        #expect(error?.code == .keyRefused && error?.remedy?.description == "chmod 600 \(path)")
    }

    @Test(
        "A file that does not contain a key is refused without repeating its text",
        arguments: ["", "two words", "key=\u{e9}", "a\nb"]) func whatIsNoKeyIsRefusedAndNotRepeated(
            _ text: String
        ) throws
    {
        let bench = try Workbench()
        let path = try Self.file(bench, text)
        let error = #expect(throws: LLMBatchError.self) { _ = try Self.provider(path) }
        #expect(error?.code == .keyRefused && error?.message == "\(path) does not hold a key and nothing else")
    }

    @Test("A missing file and a folder are refused as key files")
    func aFileThatIsNotThereAndAFolderAreRefused() throws {
        let bench = try Workbench()
        for path in [bench.path("none"), bench.folder.path(percentEncoded: false)] {
            let error = #expect(throws: LLMBatchError.self) { _ = try Self.provider(path) }
            #expect(error?.code == .keyRefused)
        }
    }
}
