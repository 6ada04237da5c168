import Foundation
import GRDB
import LLMBatchCore
import LLMBatchSQLite
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A store is a file, whatever names lead to it.
@Suite("Where a store is")
struct SQLiteLocationTests {
    @Test(
        "A dangling link creates a private file at its target",
        arguments: ["real.db", "../inner/real.db", "ring"])
    func danglingLink(_ target: String) async throws {
        try await TemporaryFolder.with { folder in
            let inner = folder.path("inner")
            try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
            let link = "\(inner)/link.db"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            if target == "ring" {
                try FileManager.default.createSymbolicLink(atPath: "\(inner)/ring", withDestinationPath: "link.db")
                let error = #expect(throws: LLMBatchError.self) { try SQLiteStorage(path: link) }
                #expect(error?.message.contains("cannot be reached") == true)
                return
            }
            _ = try await SQLiteStorage(path: link).smallBatch()
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(inner)/real.db")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let names = try FileManager.default.contentsOfDirectory(atPath: inner)
            #expect(!names.contains { $0.hasPrefix("link.db-") }, "\(names)")
            #expect(names.contains("real.db-lock"))
        }
    }

    @Test("Two names of one file share its lock")
    func oneLock() async throws {
        try await TemporaryFolder.with { folder in
            let real = folder.newPath()
            _ = try await SQLiteStorage(path: real).smallBatch()
            let link = folder.path("link.db")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: real)
            let other = try SQLiteStorage(path: link)
            #expect(try await other.batches(BatchQuery()).elements.count == 1)
            #expect(!FileManager.default.fileExists(atPath: link + "-lock"))
        }
    }

    @Test("Nothing is created beside a file of another program", arguments: [false, true])
    func foreign(isLog: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.path("foreign.db")
            let queue = try DatabaseQueue(path: path)
            if isLog { try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") } }
            try await queue.writeWithoutTransaction { try $0.execute(sql: "CREATE TABLE t (a)") }
            try queue.close()
            let before = try Data(contentsOf: URL(filePath: path))
            #expect(throws: LLMBatchError.self) { try SQLiteStorage(path: path) }
            #expect(throws: LLMBatchError.self) { try SQLiteStorage(existing: path) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["foreign.db"])
            #expect(try Data(contentsOf: URL(filePath: path)) == before)
        }
    }

    @Test("A folder, a missing folder and a pipe are reported as such")
    func notFiles() async throws {
        try await TemporaryFolder.with { folder in
            let error = #expect(throws: LLMBatchError.self) { try SQLiteStorage(path: folder.url.path) }
            #expect(error?.message.hasSuffix("is a folder") == true, "\(String(describing: error))")
            let missing = #expect(throws: LLMBatchError.self) { try SQLiteStorage(path: folder.path("no/where/x.db")) }
            #expect(missing?.message == "the folder \(folder.path("no/where")) does not exist")
            let none = #expect(throws: LLMBatchError.self) { try SQLiteStorage(existing: folder.path("no/where/x.db")) }
            #expect(none?.code == .notFound)
            let pipe = folder.path("pipe")
            #expect(mkfifo(pipe, 0o600) == 0)
            let odd = #expect(throws: LLMBatchError.self) { try SQLiteStorage(path: pipe) }
            #expect(odd?.message.contains("not a regular file") == true)
        }
    }

    @Test("An export never replaces a store, and replaces another export on request")
    func noStoreIsReplaced() async throws {
        try await TemporaryFolder.with { folder in
            let other = folder.path("other.db")
            let kept = try SQLiteStorage(path: other)
            _ = try await kept.smallBatch()
            try kept.close()
            let store = try SQLiteStorage(path: folder.newPath())
            let batch = try await Batch.load(
                try await store.smallBatch(), storage: store, catalog: ProviderCatalog())
            let moved = folder.path("moved.db")
            try FileManager.default.copyItem(atPath: other, toPath: moved)
            let link = folder.path("link.db")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: other)
            for path in [other, moved, link, store.path] {
                let before = try Data(contentsOf: URL(filePath: path))
                let error = await #expect(throws: LLMBatchError.self, "\(path)") {
                    try await PortableFile(path: path).write(batch, replacing: true)
                }
                #expect(error?.message.contains("is a store, not an export") == true, "\(String(describing: error))")
                #expect(try Data(contentsOf: URL(filePath: path)) == before)
            }
            let export = folder.path("export.db")
            try await PortableFile(path: export).write(batch)
            let taken = await #expect(throws: LLMBatchError.self) { try await PortableFile(path: export).write(batch) }
            #expect(taken?.message == "\(export) already exists")
            try await PortableFile(path: export).write(batch, replacing: true)
            #expect(
                !(try FileManager.default.contentsOfDirectory(atPath: folder.url.path)).contains {
                    $0.hasSuffix(".tmp")
                })
        }
    }

    @Test("A store is imported as it is, and nothing is left beside it")
    func importOfAStore() async throws {
        try await TemporaryFolder.with { folder in
            let store = try SQLiteStorage(path: folder.path("store.db"))
            let batch = try await store.lifeOfABatch()
            // In use: its log holds what the file does not.
            #expect(try await PortableFile(path: store.path).read(into: MemoryStorage()).batches.map(\.id) == [batch])
            try await store.database.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try store.close()
            let path = folder.path("moved.db")
            try FileManager.default.copyItem(atPath: store.path, toPath: path)
            let bytes = try Data(contentsOf: URL(filePath: path))
            #expect(try await PortableFile(path: path).read(into: MemoryStorage()).batches.map(\.id) == [batch])
            #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
            #expect(names.filter { $0.hasPrefix("moved") } == ["moved.db"])
        }
    }

    @Test("An export does not replace a file that appears while it is written")
    func nameTakenMeanwhile() async throws {
        try await TemporaryFolder.with { folder in
            let (temporary, name) = (folder.path("a.tmp"), folder.path("a"))
            try Data("new".utf8).write(to: URL(filePath: temporary))
            try Data("old".utf8).write(to: URL(filePath: name))
            #expect(throws: LLMBatchError.self) { try AtomicFile.name(temporary, name, replacing: false) }
            #expect(try String(contentsOfFile: name, encoding: .utf8) == "old")
            try FileManager.default.removeItem(atPath: name)
            try AtomicFile.name(temporary, name, replacing: false)
            #expect(try String(contentsOfFile: name, encoding: .utf8) == "new")
            #expect(!FileManager.default.fileExists(atPath: temporary))
        }
    }

    @Test("An older file is imported through a link and stays as it is, mode and all")
    func olderThroughALink() async throws {
        try await TemporaryFolder.with { folder in
            let (old, batch, _) = try await SQLiteUpgradeTests.file(ofVersion: 1, in: folder)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: old)
            let bytes = try Data(contentsOf: URL(filePath: old))
            let link = folder.path("link.db")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: old)
            let report = try await PortableFile(path: link).read(into: MemoryStorage())
            #expect(report.batches.contains { $0.id == batch })
            #expect(try Data(contentsOf: URL(filePath: old)) == bytes)
            #expect(try FileManager.default.attributesOfItem(atPath: old)[.posixPermissions] as? Int == 0o644)
            // What goes wrong while it is brought up to date is said of the file that was handed in.
            try HostileFileTests.change(old, ["UPDATE batches SET settings = '{'"])
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await PortableFile(path: link).read(into: MemoryStorage())
            }
            #expect(error?.message.hasPrefix("\(link) is damaged") == true, "\(String(describing: error))")
        }
    }
}
