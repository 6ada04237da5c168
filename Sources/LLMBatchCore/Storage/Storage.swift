public import Foundation

/// Where batches are kept, by the short names of the storages: `Storage.memory()`, and with the module LLMBatchSQLite
/// `Storage.sqlite("batches.db")`.
public enum Storage {
    /// A new storage in memory, whose batches end with the process unless they are saved to another.
    ///
    /// - Parameter now: when a batch is begun and a result recorded. A storage that keeps a log of its calls and repeats
    ///   them into a memory after a restart passes the times of then, and gets the same answers.
    public static func memory(now: @escaping @Sendable () -> Date = { .thisMillisecond }) -> any BatchStorage
        & AnswerLookup
    {
        MemoryStorage(now: now)
    }
}
