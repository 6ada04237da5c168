import LLMBatchSchema
public import LLMBatchCore

extension BatchRecord {
    /// The definition of a typed job; nil for a plain batch.
    ///
    /// - Throws: `storage` when it was written by a newer version.
    public func jobDefinition() throws(LLMBatchError) -> TypedJobDefinition? {
        guard let definition else { return nil }
        return try TypedJobDefinition(stored: definition)
    }
}
