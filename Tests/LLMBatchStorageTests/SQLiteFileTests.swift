import Foundation
import GRDB
import LLMBatchCore
import LLMBatchTesting
import Testing

import LLMBatchSQLite
import LLMBatchSQLiteMigrations

@Suite("SQLite file")
struct SQLiteFileTests {
    @Test("Only the owner can read the file and its log")
    func onlyItsOwnerCanReadTheFileAndItsLog() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let storage = try SQLiteStorage(path: path)
            _ = try await storage.smallBatch()
            for suffix in ["", "-wal", "-shm"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
            }
        }
    }

    /// A process that is killed leaves a log, without which the file beside it makes no whole.
    @Test("A store is opened with the log that a crash left behind")
    func aStoreIsOpenedWithTheLogThatWasLeftBehind() async throws {
        try await TemporaryFolder.with { folder in
            let (path, copy) = (folder.newPath(), folder.newPath())
            let storage = try SQLiteStorage(path: path)
            let batch = try await storage.smallBatch()
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            let counts = try await SQLiteStorage(path: copy).batch(batch)?.counts
            let wanted = try await storage.batch(batch)?.counts
            #expect(counts == wanted && counts != nil)
        }
    }

    @Test("The file names its program and its schema version")
    func theFileNamesItsProgramAndSchema() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            #expect(try await storage.number("PRAGMA application_id") == 0x4C4C_4D42)
            #expect(try await storage.number("PRAGMA user_version") == SQLiteMigrations.head)
        }
    }

    @Test("Every commit is synced")
    func everyCommitIsSynced() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            let synchronous = try await storage.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") }
            #expect(synchronous == 2)
        }
    }

    @Test("A file of another program is refused and left unchanged")
    func aFileOfAnotherProgramIsRefusedAndNotTouched() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let foreign = try DatabaseQueue(path: path)
            try await foreign.write {
                try $0.execute(sql: "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')")
            }
            try foreign.close()
            try expectRefused(path, "another program", folder)
        }
    }

    @Test("An empty file with another program's application_id is refused and left unchanged")
    func anEmptyFileThatAnotherProgramHasMarkedIsRefusedAndNotTouched() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let foreign = try DatabaseQueue(path: path)
            try await foreign.writeWithoutTransaction { try $0.execute(sql: "PRAGMA application_id = 12345") }
            try foreign.close()
            try expectRefused(path, "another program", folder)
        }
    }

    @Test("A text file is refused and left unchanged")
    func aTextFileIsRefusedAndNotTouched() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("requests.jsonl")
            try Data(String(repeating: "{\"custom_id\":\"a\"}\n", count: 500).utf8).write(
                to: URL(fileURLWithPath: path))
            try expectRefused(path, "not a SQLite file", folder)
        }
    }

    @Test("A file of a newer version is refused and left unchanged")
    func aFileOfANewerVersionIsRefusedAndNotTouched() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let storage = try SQLiteStorage(path: path)
            _ = try await storage.smallBatch()
            try await storage.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 99") }
            try storage.close()
            try expectRefused(path, "newer version", folder)
        }
    }

    @Test("A file in a missing folder is refused")
    func aFileInAFolderThatIsNotThereIsRefused() async throws {
        try await TemporaryFolder.with { folder in
            _ = #expect(throws: LLMBatchError.self) { try SQLiteStorage(path: folder.path("nowhere/x.db")) }
        }
    }

    /// Refused with a word of why, and every byte and every file of the folder as before.
    private func expectRefused(_ path: String, _ reason: String, _ folder: TemporaryFolder) throws {
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let error = #expect(throws: LLMBatchError.self) { try SQLiteStorage(path: path) }
        #expect(error?.code == .storage)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
}
