/// What a process adds to a batch while it drives it; nothing of it is stored.
struct JobWork: Sendable {
    /// What values have to pass beside the schema, where the type is known.
    var decode: RowCheck?
    /// Requests on their way at once, at a realtime provider.
    var concurrency: Int?
    /// Which unsuccessful results are asked again.
    var asksAgain: (@Sendable (BatchResult) -> Bool)?
    /// Whether answers that the storage has already are used again.
    var reusesAnswers = false
    /// Where it is shown what jobs wait for.
    var waits: WaitBoard?
    /// Whether answers that came in a portable file are among them.
    var reusesImports = false
}

extension BatchRecord {
    /// The definition of a job; nil for a plain batch.
    ///
    /// - Throws: `storage` when it was written by a newer version.
    public func jobDefinition() throws(LLMBatchError) -> JobDefinition? {
        guard let definition else { return nil }
        return try JobDefinition(stored: definition)
    }
}
