import Foundation
import LLMBatch
import Testing
import Workbench

@Suite("Migrations interrupted")
struct MigrationTests {
    @Test("A migration killed after any statement is rolled back, and the next opening completes it")
    func killedAtEachStatement() async throws {
        var killed = 0
        while true {
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            let file = try bench.file(count: 3)
            tool.environment["LLMBATCH_FAILPOINT"] = "\(Failpoint.migrationAfterStatement.rawValue):\(killed + 1)"
            let first = try await tool.run("run", file, "--provider", "offline")
            guard first.wasKilled else { break }
            killed += 1
            tool.environment["LLMBATCH_FAILPOINT"] = nil
            let second = try await tool.run("run", file, "--provider", "offline", "--json")
            #expect(try second.count("succeeded") == 3, "after statement \(killed): \(second.errors)")
            try await SQLiteStorage(path: tool.database).checkIntegrity()
        }
        // Tables, indexes and views: there are many statements to be killed after.
        #expect(killed > 15)
    }
}
