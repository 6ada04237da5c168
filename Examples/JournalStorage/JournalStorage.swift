public import LLMBatchCore
import Foundation
import Synchronization

/// A complete storage of one's own, kept small: batches in memory, and a journal of everything that changed them.
///
/// Each operation that changes something becomes one line of JSON at the end of a file, and returns once the disk has that
/// line. When the file is opened again, its lines are carried out again, and the batches are as they were. A last line
/// that was not written whole belongs to an operation that never returned, and is ignored.
///
/// It keeps every promise of ``LLMBatchCore/BatchStorage``, and passes the conformance suite. What it lacks is size: all
/// batches are in memory, the journal only grows, and one process at a time can open it.
public actor JournalStorage: BatchStorage {
    private let memory: MemoryStorage
    private let clock: JournalClock
    private let file: JournalFile
    /// Why nothing is taken any more.
    private var failure: LLMBatchError?
    /// The operation that comes last so far.
    private var last: Task<Void, Never>?

    /// Opens a journal, or makes a new one.
    ///
    /// What was begun before and never sealed is removed: whoever began it is gone.
    ///
    /// - Throws: `storageUnavailable` while the journal is open elsewhere; `storage` when it cannot be opened or read.
    public init(path: String) async throws {
        let clock = JournalClock()
        memory = MemoryStorage(now: { clock.time })
        self.clock = clock
        file = try JournalFile(path: path)
        let entries = try file.entries()
        for entry in entries {
            clock.time = entry.time
            try await entry.operation.apply(to: memory)
        }
        if !entries.isEmpty { _ = try await sweepUnsealed(before: .distantFuture) }
    }

    /// Closes the journal, once all that was asked for is done; from then on every operation is refused.
    public func close() async throws {
        try await inTurn { storage in
            storage.failure = LLMBatchError(.storageUnavailable, "the journal is closed", hint: "Open it again")
            try storage.file.close()
        }
    }

    // MARK: - One operation after another

    /// Answers a question about what is stored.
    func ask<Value: Sendable>(
        _ question: @escaping @Sendable (MemoryStorage) async throws -> Value
    ) async throws -> Value {
        try await inTurn { try await question($0.memory) }
    }

    /// Changes what is stored.
    func change(_ operation: JournalOperation) async throws {
        try await change(operation) { try await operation.apply(to: $0) }
    }

    /// Changes what is stored: in memory first, where it may be refused, and then in the journal.
    ///
    /// Nobody sees the change before it is on the disk. If it cannot be written, the memory knows more than the file, and
    /// nothing is answered or taken until the journal is opened again.
    func change<Value: Sendable>(
        _ operation: JournalOperation, _ body: @escaping @Sendable (MemoryStorage) async throws -> Value
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

    /// Runs `body` once all that came before is done; a caller that is cancelled does not take it along.
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

/// The time that the memory is told: that of the operation being carried out, now or again.
private final class JournalClock: Sendable {
    private let moment = Mutex(Date.distantPast)

    var time: Date {
        get { moment.withLock { $0 } }
        set { moment.withLock { $0 = newValue } }
    }
}
