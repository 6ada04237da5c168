import LLMBatch

/// A batch that was made just now and that its provider cannot take is not kept: the mended file makes another.
enum RefusedDraft {
    /// Works on a batch; one that is new and refused before anything was sent is removed.
    ///
    /// - Throws: what `work` throws.
    static func removing(_ batch: Batch, isNew: Bool, _ work: () async throws -> Void) async throws {
        do { try await work() } catch let error as LLMBatchError where isNew && error.code == .invalidInput {
            if try await batch.attempts().isEmpty { try await batch.storage.deleteBatch(batch.id) }
            throw error
        }
    }
}
