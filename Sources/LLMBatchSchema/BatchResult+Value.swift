public import LLMBatchCore

extension BatchResult {
    /// Decodes the answer as a value of a type, strictly: any mismatch is an error.
    ///
    /// For batches that are not typed jobs, such as one that was recovered from the provider. The rows of a typed job
    /// are validated as they arrive.
    ///
    /// - Parameter schema: the schema that was requested; that of the type when nil.
    /// - Throws: ``OutputMismatch`` with every violation, while the text stays in ``text``; `wrongState` without an
    ///   answer; `invalidConfiguration` for a type that has no schema.
    public func value<Output: Decodable>(_ type: Output.Type, schema: OutputSchema? = nil) throws -> Output {
        guard outcome == .succeeded || outcome == .invalid, let text else {
            throw LLMBatchError(
                .wrongState, "request \"\(customID)\" has no answer to read: \(error?.message ?? outcome.rawValue)")
        }
        return try OutputDecoder.decode(
            type, from: Array(text.utf8), schema: try schema ?? OutputSchema.derived(from: type))
    }
}
