extension BatchResult {
    /// The answer as a value of a type, strictly: what does not fit is told, never passed over.
    ///
    /// For batches that are no job of their own, such as one that was recovered from the provider; a job's rows are
    /// checked as they come in.
    ///
    /// - Parameter schema: what was asked for; that of the type when nil.
    /// - Throws: ``OutputMismatch`` with every place that does not fit, while the text stays in ``text``; `wrongState`
    ///   without an answer; `invalidConfiguration` for a type that has no schema.
    public func value<Output: Decodable>(_ type: Output.Type, schema: OutputSchema? = nil) throws -> Output {
        guard outcome == .succeeded || outcome == .invalid, let text else {
            throw LLMBatchError(
                .wrongState, "request \"\(customID)\" has no answer to read: \(error?.message ?? outcome.rawValue)")
        }
        return try OutputDecoder.decode(
            type, from: Array(text.utf8), schema: try schema ?? OutputSchema.derived(from: type))
    }
}
