/// The errors that every storage words alike.
extension LLMBatchError {
    /// No visible batch has this id.
    public static func noBatch(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.notFound, "there is no batch \(id) in this storage", hint: "llmbatch list shows what is there")
    }

    /// Another batch has this name.
    public static func nameTaken(_ name: String) -> LLMBatchError {
        LLMBatchError(
            .nameTaken, "the name \"\(name)\" belongs to another batch", hint: "Choose another name, or leave it out")
    }

    /// Two requests of one batch have the same custom id.
    public static func duplicate(
        _ id: CustomID, line: Int?, position: Int, otherLine: Int?, otherPosition: Int
    ) -> LLMBatchError {
        let place = line.map { "line \($0)" } ?? "request \(position + 1)"
        let other = otherLine.map { "line \($0)" } ?? "request \(otherPosition + 1)"
        return LLMBatchError(
            .invalidInput, "\(place): the custom_id \"\(id)\" is already on \(other)",
            hint: "Custom ids are unique in a batch; nothing was stored")
    }

    /// The batch is driven by somebody else.
    public static func held(_ id: BatchID, by owner: String) -> LLMBatchError {
        LLMBatchError(
            .heldElsewhere, "batch \(id) is being driven by \(owner)",
            hint: "llmbatch watch \(id) follows it; it can be taken over once that process is gone")
    }

    /// A write under a claim that is no longer the newest.
    public static func staleClaim(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .heldElsewhere, "another process has taken batch \(id) over",
            hint: "Nothing was overwritten; llmbatch watch \(id) follows it")
    }

    /// The counts of a job do not add up to its requests: a defect of the storage, caught before it is made durable.
    public static func countsDisagree(_ job: ProviderJobID, _ counts: OutcomeCounts) -> LLMBatchError {
        LLMBatchError(
            .storage, "provider job \(job) cannot end: \(counts.finished) results for \(counts.requested) requests",
            hint: "Nothing was changed; this is a defect of the storage, please report it")
    }
}
