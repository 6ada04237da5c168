import Foundation
import LLMBatch
import LLMBatchCore
import LLMBatchProviders
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// No key is ever stored, also when a service repeats it in what it answers.
@Suite("Secrets")
struct SecretTests {
    private static let canary = "sk-canary-7f3a91"

    /// Answers that repeat the key: in a text, in an error, and in lines that cannot be read.
    private static let chatty = SimulatorScript { script in
        script.answer = { request in
            switch request.customID {
            case "r0": .text("your key is \(canary)")
            case "r1": .httpError(status: 400, code: canary, message: "bad key \(canary)", type: canary)
            case "r2": .body(status: 200, text: #"{"object":"chat.completion","note":"\#(canary)"}"#)
            case "r3": .raw(text: #"{"custom_id":"r3","unreadable \#(canary)"#)
            default: .success
            }
        }
    }

    /// Every byte of the store: the database, its log, and whatever else stands in the folder.
    private func requireClean(_ bench: borrowing Workbench) throws {
        var files = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) {
            let bytes = try Data(contentsOf: bench.folder.appending(path: name))
            #expect(bytes.range(of: Data(Self.canary.utf8)) == nil, "\(name)")
            files += 1
        }
        #expect(files > 1)
    }

    @Test("A key in result lines does not reach the store")
    func resultLines() async throws {
        try await withBench(Self.chatty) { bench, simulator in
            let provider = try Workbench.openAI(simulator, key: .value(Self.canary))
            let batch = try await Batch.create(Workbench.requests(5), provider: provider, storage: bench.storage)
            try await batch.wait()
            // The simulator has been given the key, and the answers are there.
            #expect(simulator.ledger.calls.first?.headers["authorization"] == "Bearer \(Self.canary)")
            #expect(try await batch.results(customIDs: ["r0"]).first?.text == "your key is [key]")
            #expect(try await batch.results(customIDs: ["r1"]).first?.error?.message == "bad key [key]")
            try requireClean(bench)
        }
    }

    @Test("A key in a realtime answer does not reach the store")
    func realtimeAnswers() async throws {
        try await withBench(Self.chatty) { bench, simulator in
            let provider = try Workbench.realtime(simulator, key: .value(Self.canary))
            let batch = try await Batch.create(Workbench.requests(5), provider: provider, storage: bench.storage)
            try await batch.wait()
            #expect(try await batch.results(customIDs: ["r0"]).first?.text == "your key is [key]")
            #expect(try await batch.results(customIDs: ["r1"]).first?.error?.message == "bad key [key]")
            try requireClean(bench)
        }
    }

    @Test("A key in the description of a job does not reach the store")
    func jobs() async throws {
        let script = SimulatorScript { $0.statuses = ["validating", "waiting for \(Self.canary)", "completed"] }
        try await withBench(script) { bench, simulator in
            let provider = try Workbench.openAI(simulator, key: .value(Self.canary))
            let batch = try await Batch.create(Workbench.requests(1), provider: provider, storage: bench.storage)
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 1]))
            try requireClean(bench)
        }
    }

    @Test(
        "A key is found plain and with JSON escapes, and the rest stays JSON",
        arguments: [
            ("sk-a/b_7Q", #"{"t":"sk-a/b_7Q"}"#, #"{"t":"[key]"}"#),
            ("sk-a/b_7Q", #"{"t":"sk-a\/b_7Q sk-a/b_7Q"}"#, #"{"t":"[key] [key]"}"#),
            ("sk-a/b_7Q", #"{"t":"\u0073k\u002Da\u002fb_7Q!"}"#, #"{"t":"[key]!"}"#),
            ("sk-a/b_7Q", #"{"t":"{\"u\":\"sk-a\\/b_7Q\"}"}"#, #"{"t":"{\"u\":\"[key]\"}"}"#),
            ("sk-a/b_7Q", #"{"t":"sk-a/b_7 sk-a\\b_7Q \u00e9 \n"}"#, #"{"t":"sk-a/b_7 sk-a\\b_7Q \u00e9 \n"}"#),
            ("nvapi-1", #"{"t":"a\nvapi-1 \nnvapi-1"}"#, #"{"t":"a\nvapi-1 \n[key]"}"#),
            ("aaaa", "aaaaaaaaa", "[key][key]a"), ("abcd", "abc", "abc"), ("abcd", "abcd", "[key]"),
            ("abc", "abcabc", "abcabc"),
        ])
    func escapes(_ key: String, _ text: String, _ clean: String) {
        let search = SecretSearch(key)
        let found = search?.redacted(Array(text.utf8)) ?? Array(text.utf8)
        #expect(String(decoding: found, as: UTF8.self) == clean)
        #expect((search?.occurs(in: Array(text.utf8)) ?? false) == (text != clean))
    }

    @Test("A key that spans two chunks of a file is redacted from its line")
    func chunkBorders() async throws {
        let text = String(repeating: "x", count: 70_000) + Self.canary + String(repeating: "y", count: 70_000)
        let script = SimulatorScript { $0.answer = { _ in .text(text) } }
        try await withBench(script) { bench, simulator in
            let provider = try Workbench.openAI(simulator, key: .value(Self.canary))
            let batch = try await Batch.create(Workbench.requests(4), provider: provider, storage: bench.storage)
            try await batch.wait()
            let wanted = text.replacing(Self.canary, with: "[key]")
            #expect(try await batch.results().all().map(\.text) == Array(repeating: wanted, count: 4))
            try requireClean(bench)
        }
    }

    /// Lines as services send them, some with much that is escaped.
    private static func lines(_ bytes: Int) -> [[UInt8]] {
        let text = String(repeating: #"The sky was\n\"grey\", caf\u00e9 <b>and</b> sk-ies 0.123456, -0.5, "#, count: 12)
        let line = Array(
            #"{"custom_id":"r","response":{"status_code":200,"body":{"choices":[{"message":{"content":"\#(text)"}}]}}}"#
                .utf8)
        return Array(repeating: line, count: bytes / line.count)
    }

    /// Run in a release build, what it prints is the cost of having a key: `swift test -c release --filter SecretTests`.
    @Test("Searching for a key costs a small part of reading the results")
    func cost() throws {
        #if DEBUG
            let lines = Self.lines(5_000_000)
        #else
            let lines = Self.lines(50_000_000)
        #endif
        let search = try #require(SecretSearch("sk-proj-0123456789abcdefghijklmnopQRSTUVWXYZ_-"))
        func read(_ line: [UInt8]) -> Bool {
            let source = ResultSource(file: "output", line: 1)
            guard case .result = OpenAIResultLine.read(line, source: source, endpoint: .chatCompletions) else {
                return false
            }
            return true
        }
        // In turns, by the time of this thread, and the quickest of each: other tests run beside this one.
        var count = 0
        var (reading, both) = (Double.infinity, Double.infinity)
        let slices = 20
        for slice in 0..<slices {
            let part = lines[(lines.count * slice / slices)..<(lines.count * (slice + 1) / slices)]
            reading = min(reading, Self.seconds { for line in part where read(line) { count += 1 } })
            both = min(both, Self.seconds { for line in part where read(search.redacted(line)) { count += 1 } })
        }
        print("\(lines.count) lines: \(both / reading) times as long with a key")
        #expect(count == 2 * lines.count)
        #if !DEBUG
            #expect(both / reading < 1.2)
        #endif
    }

    /// The processor time that this thread needs for some work.
    private static func seconds(_ work: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let began = now()
        work()
        return now() - began
    }
}
