/// Errors that every storage throws with the same wording.
extension LLMBatchError {
    /// The storage has no visible batch with this id.
    public static func noBatch(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.notFound, "there is no batch \(id) in this storage", remedy: Remedy(nil, .listBatches))
    }

    /// Another batch has this name.
    public static func nameTaken(_ name: String) -> LLMBatchError {
        LLMBatchError(
            .nameTaken, "the name \"\(name)\" belongs to another batch", remedy: "Choose another name, or leave it out")
    }

    /// Two requests of one batch have the same custom id.
    public static func duplicate(
        _ id: CustomID, line: Int?, position: Int, otherLine: Int?, otherPosition: Int
    ) -> LLMBatchError {
        let place = line.map { "line \($0)" } ?? "request \(position + 1)"
        let other = otherLine.map { "line \($0)" } ?? "request \(otherPosition + 1)"
        return LLMBatchError(
            .invalidInput, "\(place): the custom_id \"\(id)\" is already on \(other)",
            remedy: "Custom ids must be unique within a batch; nothing was stored")
    }

    /// Another owner is driving the batch.
    public static func held(_ id: BatchID, by owner: String) -> LLMBatchError {
        LLMBatchError(
            .heldElsewhere, "batch \(id) is being driven by \(owner)",
            remedy: Remedy("It can be taken over once that process is gone", .wait(id)))
    }

    /// A write under a claim that is no longer the newest.
    public static func staleClaim(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .heldElsewhere, "another process has taken over batch \(id)",
            remedy: Remedy("Nothing was overwritten", .wait(id)))
    }

    /// The counts of a job do not add up to its requests: a defect of the storage, detected before it becomes durable.
    package static func countsDisagree(_ job: ProviderJobID, _ counts: OutcomeCounts) -> LLMBatchError {
        LLMBatchError(
            .storage, "provider job \(job) cannot end: \(counts.finished) results for \(counts.requested) requests",
            remedy: "Nothing was changed; this is a bug in the storage, please report it")
    }
}
