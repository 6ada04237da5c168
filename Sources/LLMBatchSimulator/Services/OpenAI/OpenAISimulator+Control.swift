import Foundation

/// Inspects and controls the simulator without a call on the wire.
extension OpenAISimulator {
    /// Every batch, in order of creation.
    public var batches: [SimulatedBatch] {
        get async { await backend.batches.map(\.publicView) }
    }

    /// Every file that has not been deleted, including results, in order of creation.
    public var files: [SimulatedFile] {
        get async { await backend.files }
    }

    /// Moves a batch to a status at once, and creates its files if the status is final.
    ///
    /// Returns false when there is no such batch. A batch that has ended can be moved again and gets new files.
    @discardableResult
    public func force(_ batchID: String, to status: String) async -> Bool {
        await backend.force(batchID, to: status)
    }

    /// Moves every batch that has not ended to a status.
    public func forceAll(to status: String) async {
        for batch in await backend.batches where !FinalStatus.all.contains(batch.status) {
            _ = await backend.force(batch.id, to: status)
        }
    }

    /// Removes a batch, as providers do with old ones: a GET returns 404 from now on. False when there is no such
    /// batch.
    @discardableResult
    public func forget(_ batchID: String) async -> Bool {
        await backend.forget(batchID)
    }

    /// Releases the batches held by ``SimulatorScript/holdAt``.
    public func release() {
        updateScript { $0.holdAt = nil }
    }
}
