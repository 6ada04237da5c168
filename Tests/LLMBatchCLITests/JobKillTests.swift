import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Synchronization
import Testing
import Workbench

/// `kill -9` of `llmbatch job run`, five times, then the same command.
@Suite("A job killed and run again")
struct JobKillTests {
    private static let rows = 10_000

    /// The rows of each request in the order in which the model was asked.
    private final class Asked: Sendable {
        private let requests = Mutex<[[Int]]>([])

        var all: [[Int]] { requests.withLock { $0 } }
        /// The number of retries for a single row.
        var singles: Int { requests.withLock { $0.count { $0.count == 1 } } }

        /// Answers correctly, but leaves some rows out the first time.
        func answer(_ request: SimulatedRequest) -> SimulatedAnswer {
            let text = (try? JSONObject(Array(request.body)))?.objects("messages")?.last?.string("content") ?? ""
            let list = try? JSONObject(Array("{\"rows\":\(text)}".utf8))
            let rows = list?.objects("rows")?.compactMap { $0.integer("row_id") } ?? []
            requests.withLock { $0.append(rows) }
            let given = rows.filter { rows.count == 1 || $0 % 19 != 5 }
            let values = given.map { #"{"row_id":\#($0),"number":\#($0 * 3)}"# }
            return .text("{\"rows\":[\(values.joined(separator: ","))]}")
        }
    }

    @Test("A job of 10,000 rows that is killed five times answers each row in order and repeats no stored success")
    func killed() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Dice(seed: seed)
        let asked = Asked()
        try await withBench(SimulatorScript { $0.answer = { asked.answer($0) } }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let output = bench.path("out.jsonl")
            let command = try command(bench, simulator, output: output)
            var stored: [(asks: Int, rows: Set<Int>)] = []
            for round in 0..<5 {
                let running = try tool.start(command)
                let goal = asked.all.count + random.roll(120...260)
                // The last time in an attempt after the first one, which asks only the rows that were left out.
                let singles = round < 4 ? 0 : random.roll(280...480)
                try await simulator.ledger.await { ledger in
                    singles > 0 ? asked.singles >= singles : ledger.asks.count >= goal
                }
                running.signal(SIGKILL)
                #expect(try await running.ended().wasKilled)
                stored.append((asked.all.count, try await answered(tool)))
            }
            #expect(!FileManager.default.fileExists(atPath: output))
            let last = try await tool.start(command).ended()
            #expect(last.code == 0, "seed \(seed): \(last.errors)")
            let requests = asked.all
            for (asks, rows) in stored {
                let again = requests[asks...].flatMap(\.self).filter(rows.contains)
                #expect(again.isEmpty, "seed \(seed): asked again after it was stored: \(again.prefix(5))")
            }
            #expect(stored.map(\.rows.count) == stored.map(\.rows.count).sorted())
            #expect((stored.last?.rows.count ?? 0) > 1000)
            try checkOutput(output)
            #expect(try last.json().object("job")?.object("rows")?.integer("succeeded") == Self.rows)
            #expect(try await tool.run("list", "--jsonl").output.split(separator: "\n").count == 1)
            print("killed after \(stored.map(\.rows.count)) rows; \(requests.count) requests in all")
        }
    }

    private func command(
        _ bench: borrowing Workbench, _ simulator: ProviderSimulator, output: String
    ) throws -> [String] {
        let rows = (0..<Self.rows).map { "{\"text\":\"row \($0)\"}\n" }.joined()
        try Data(rows.utf8).write(to: URL(filePath: bench.path("rows.jsonl")))
        let schema = #"{"type":"object","properties":{"number":{"type":"integer"}},"required":["number"]}"#
        try Data(schema.utf8).write(to: URL(filePath: bench.path("schema.json")))
        return [
            "job", "run", bench.path("rows.jsonl"), "--prompt", "Count.", "--schema", bench.path("schema.json"),
            "--model", "m", "-o", output, "--json",
        ] + Tool.realtimeArguments(simulator, concurrency: 8)
    }

    /// The rows that the file holds a value of.
    private func answered(_ tool: Tool) async throws -> Set<Int> {
        let storage = try SQLiteStorage(path: tool.database)
        guard let record = try await storage.batches(BatchQuery()).elements.first else { return [] }
        var rows: Set<Int> = []
        for try await row in try await Batch.load(record.id, storage: storage).rows() where row.value != nil {
            rows.insert(row.row)
        }
        return rows
    }

    private func checkOutput(_ path: String) throws {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == Self.rows)
        let wrong = try lines.enumerated().filter { number, line in
            let row = try JSONObject(Array(line.utf8))
            return row.integer("row") != number || row.object("output")?.integer("number") != number * 3
        }
        #expect(wrong.isEmpty, "\(wrong.prefix(3))")
    }
}

extension SimulatorLedger {
    /// Returns once this is so, or after a minute.
    fileprivate func await(_ isSo: @escaping @Sendable (Contents) -> Bool) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.wait(until: isSo) }
            group.addTask { try await ContinuousClock().sleep(for: .seconds(60)) }
            try await group.next()
            group.cancelAll()
        }
    }
}
