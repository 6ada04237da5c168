import Foundation

/// Looking at and steering what the simulator holds, without a call on the wire.
extension OpenAISimulator {
    /// Every batch, in order of creation.
    public var batches: [SimulatedBatch] {
        get async { await backend.batches.map(\.publicView) }
    }

    /// Every file that has not been deleted, results included, in order of making.
    public var files: [SimulatedFile] {
        get async { await backend.files }
    }

    /// Moves a batch to a status word at once, making its files if the word is final.
    ///
    /// Returns false when there is no such batch. A batch that has ended can be moved again; it gets new files.
    @discardableResult
    public func force(_ batchID: String, to status: String) async -> Bool {
        await backend.force(batchID, to: status)
    }

    /// Moves every batch that has not ended to a status word.
    public func forceAll(to status: String) async {
        for batch in await backend.batches where !FinalStatus.all.contains(batch.status) {
            _ = await backend.force(batch.id, to: status)
        }
    }

    /// Forgets a batch, as providers do with old ones: a GET answers 404 from now on. False when there is none.
    @discardableResult
    public func forget(_ batchID: String) async -> Bool {
        await backend.forget(batchID)
    }

    /// Lets batches held by ``SimulatorScript/holdAt`` move on.
    public func release() {
        updateScript { $0.holdAt = nil }
    }
}
