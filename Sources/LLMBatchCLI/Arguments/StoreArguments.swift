import ArgumentParser
import Foundation
import LLMBatch

/// Where the batches are.
struct StoreArguments: ParsableArguments {
    @Option(help: "The SQLite file that holds the batches (else LLMBATCH_DB, else the XDG data folder).")
    var db: String?

    /// Opens the storage, making it and its folder when they are not there.
    func open() async throws -> SQLiteStorage {
        let storage = try SQLiteStorage(path: try path())
        // Imports that a crash left unfinished; a running one is younger.
        _ = try await storage.sweepUnsealed(before: Date().addingTimeInterval(-86_400))
        return storage
    }

    private func path() throws -> String {
        let environment = ProcessInfo.processInfo.environment
        if let path = db ?? environment["LLMBATCH_DB"].flatMap({ $0.isEmpty ? nil : $0 }) {
            guard !path.contains("://") else {
                throw LLMBatchError(.invalidConfiguration, "--db takes the path of a SQLite file, not an address")
            }
            return path
        }
        let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let home = environment["HOME"] ?? NSHomeDirectory()
        let folder = (data ?? "\(home)/.local/share") + "/llmbatch"
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw LLMBatchError(.storage, "the folder \(folder) cannot be made", hint: "Name a file with --db")
        }
        return folder + "/batches.db"
    }
}
