package import Foundation

/// A storage in memory: it has every property of a storage except that it does not survive the process.
///
/// The default storage of new batches, until they are saved to another.
package actor MemoryStorage: BatchStorage {
    var all: [BatchID: MemoryBatch] = [:]
    /// Copies in progress, not visible yet.
    var copies: [BatchID: MemoryBatch] = [:]
    let now: @Sendable () -> Date
    private var serial = 0
    /// The job that was last given each token.
    var tokens: [String: ProviderJobID] = [:]
    /// The answers by request; empty until they are first looked up.
    var answered = AnsweredContents()

    /// Creates an empty storage.
    ///
    /// - Parameter now: Returns the time recorded for new batches and results. A storage that replays a log into memory
    ///   after a restart can return the original times, and so gets the same values.
    package init(now: @escaping @Sendable () -> Date = { .thisMillisecond }) {
        self.now = now
    }

    func nextSerial() -> Int {
        serial += 1
        return serial
    }

    // MARK: - Access

    func visible(_ id: BatchID) throws -> MemoryBatch {
        guard let batch = all[id], batch.isVisible else { throw LLMBatchError.noBatch(id) }
        return batch
    }

    /// Modifies a batch under a claim; `body` throws before it changes anything.
    ///
    /// The batch is removed from the dictionary meanwhile, so that it is modified in place and not copied.
    func change(_ claim: Claim, _ body: (inout MemoryBatch) throws -> Void) throws {
        guard try visible(claim.batch).fence == claim.fence else { throw LLMBatchError.staleClaim(claim.batch) }
        guard var batch = all.removeValue(forKey: claim.batch) else { throw LLMBatchError.noBatch(claim.batch) }
        defer { all[claim.batch] = batch }
        try body(&batch)
    }
}
