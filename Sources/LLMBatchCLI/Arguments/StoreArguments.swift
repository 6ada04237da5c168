import ArgumentParser
import Foundation
import LLMBatch

/// The store that holds the batches.
struct StoreArguments: ParsableArguments {
    @Option(help: "The SQLite file that holds the batches (default: LLMBATCH_DB, else the XDG data folder).")
    var db: String?

    /// The option that leads a suggested command to the same store; empty for the default store.
    static var suffix: String {
        let words = CommandLine.arguments
        if let index = words.firstIndex(of: "--db"), index + 1 < words.count {
            return " --db \(quoted(words[index + 1]))"
        }
        return words.first { $0.hasPrefix("--db=") }.map { " --db \(quoted(String($0.dropFirst(5))))" } ?? ""
    }

    /// A word quoted for a shell.
    static func quoted(_ word: String) -> String {
        word.wholeMatch(of: /[A-Za-z0-9_.\/~:=,@%+-]+/) != nil ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }

    /// Opens an existing store, for commands that only read.
    func openExisting() throws -> SQLiteStorage { try SQLiteStorage(existing: try path(making: false)) }

    /// Opens the store, creating it and its folder if they do not exist.
    func open() async throws -> SQLiteStorage {
        let storage = try SQLiteStorage(path: try path(making: true))
        do {
            // Imports that a crash left unfinished.
            _ = try await storage.sweepUnsealed(before: Date().addingTimeInterval(-86_400))
        } catch let error as LLMBatchError {
            Terminal.note(
                "The remains of an interrupted import could not be removed: \(error.message). The next command tries again."
            )
        }
        return storage
    }

    private func path(making isToBeMade: Bool) throws -> String {
        let environment = ProcessInfo.processInfo.environment
        if let path = db ?? environment["LLMBATCH_DB"].flatMap({ $0.isEmpty ? nil : $0 }) {
            guard !path.contains("://"), path != ":memory:", !path.isEmpty else {
                throw LLMBatchError(.invalidConfiguration, "--db takes the path of a SQLite file, not an address")
            }
            return path
        }
        let data = environment["XDG_DATA_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        let folder = try (data ?? "\(home(environment))/.local/share") + "/llmbatch"
        if isToBeMade { try make(folder) }
        return folder + "/batches.db"
    }

    /// The home folder, even if HOME is not set.
    private func home(_ environment: [String: String]) throws -> String {
        if let home = environment["HOME"], home.hasPrefix("/") { return home }
        guard let home = NSHomeDirectoryForUser(NSUserName()), home.hasPrefix("/"), home != "/" else {
            throw LLMBatchError(
                .invalidConfiguration, "HOME is not set, so the store has no default location",
                remedy: "Name a file with --db FILE, or set LLMBATCH_DB")
        }
        return home
    }

    private func make(_ folder: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw LLMBatchError(
                .storage, "the folder \(folder) cannot be created", remedy: "Name a file with --db FILE")
        }
    }
}
