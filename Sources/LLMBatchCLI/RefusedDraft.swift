import LLMBatch

/// Removes a new batch that its provider rejects: the corrected file creates another.
enum RefusedDraft {
    /// Works on a batch, and removes it if it is new and rejected before anything was sent.
    ///
    /// - Throws: what `work` throws.
    static func removing(_ batch: Batch, isNew: Bool, _ work: () async throws -> Void) async throws {
        do { try await work() } catch let error as LLMBatchError where isNew && error.code == .invalidInput {
            if try await batch.attempts().isEmpty { try await batch.storage.deleteBatch(batch.id) }
            throw error
        }
    }
}
