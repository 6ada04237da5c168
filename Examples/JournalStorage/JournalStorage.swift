public import LLMBatchCore
import Foundation
import Synchronization

/// A complete custom storage, kept small: batches in memory, and a journal of every change to them.
///
/// Each operation that changes something becomes one line of JSON at the end of a file, and returns once that line is on
/// the disk. Opening the file replays its lines, which restores the batches. An incomplete last line belongs to an
/// operation that never returned, and is ignored.
///
/// It keeps every promise of ``LLMBatchCore/BatchStorage``, and passes the conformance suite. It does not scale: all
/// batches are in memory, the journal only grows, and one process at a time can open it.
public actor JournalStorage: BatchStorage {
    private let memory: any BatchStorage & AnswerLookup
    private let clock: JournalClock
    private let file: JournalFile
    /// The error that ended the storage, thrown by every later operation.
    private var failure: LLMBatchError?
    /// The latest operation.
    private var last: Task<Void, Never>?

    /// Opens or creates a journal.
    ///
    /// Removes what was begun before and never sealed, since the process that began it is gone.
    ///
    /// - Throws: `storageUnavailable` while the journal is open elsewhere; `storage` if it cannot be opened or read.
    public init(path: String) async throws {
        let clock = JournalClock()
        memory = Storage.memory(now: { clock.time })
        self.clock = clock
        file = try JournalFile(path: path)
        let entries = try file.entries()
        for entry in entries {
            clock.time = entry.time
            try await entry.operation.apply(to: memory)
        }
        if !entries.isEmpty { _ = try await sweepUnsealed(before: .distantFuture) }
    }

    /// Closes the journal after all pending operations; every later one throws.
    public func close() async throws {
        try await inTurn { storage in
            storage.failure = LLMBatchError(.storageUnavailable, "the journal is closed", remedy: "Open it again")
            try storage.file.close()
        }
    }

    // MARK: - One operation after another

    /// Reads what is stored.
    func ask<Value: Sendable>(
        _ question: @escaping @Sendable (any BatchStorage & AnswerLookup) async throws -> Value
    ) async throws -> Value {
        try await inTurn { try await question($0.memory) }
    }

    /// Changes what is stored.
    func change(_ operation: JournalOperation) async throws {
        try await change(operation) { try await operation.apply(to: $0) }
    }

    /// Changes what is stored: first in memory, which may reject it, and then in the journal.
    ///
    /// The change becomes visible once it is on the disk. If it cannot be written, the memory is ahead of the file, and every
    /// operation throws until the journal is opened again.
    func change<Value: Sendable>(
        _ operation: JournalOperation,
        _ body: @escaping @Sendable (any BatchStorage & AnswerLookup) async throws -> Value
    ) async throws -> Value {
        try await inTurn { storage in
            let entry = JournalEntry(time: .thisMillisecond, operation)
            let line = try entry.line()
            storage.clock.time = entry.time
            let value = try await body(storage.memory)
            try storage.write(line)
            return value
        }
    }

    private func write(_ line: Data) throws {
        do { try file.append(line) } catch let error as LLMBatchError {
            failure = error
            throw error
        }
    }

    /// Runs `body` after all earlier operations; cancelling the caller does not cancel it.
    private func inTurn<Value: Sendable>(
        _ body: @escaping @Sendable (isolated JournalStorage) async throws -> Value
    ) async throws -> Value {
        let previous = last
        let turn = Task {
            await previous?.value
            if let failure { throw failure }
            return try await body(self)
        }
        last = Task { _ = await turn.result }
        return try await turn.value
    }
}

/// The time that the memory sees: that of the current operation, live or replayed.
private final class JournalClock: Sendable {
    private let moment = Mutex(Date.distantPast)

    var time: Date {
        get { moment.withLock { $0 } }
        set { moment.withLock { $0 = newValue } }
    }
}
