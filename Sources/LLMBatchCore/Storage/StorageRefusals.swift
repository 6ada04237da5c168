/// Refusals that every storage throws with the same wording: calls that would violate the invariants of a batch.
extension LLMBatchError {
    /// A batch with this id already exists.
    public static func batchExists(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.nameTaken, "batch \(id) already exists")
    }

    /// A sealed batch accepts no more requests.
    public static func sealed(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "batch \(id) is complete and accepts no more requests")
    }

    /// The batch used as the cursor of a list no longer exists.
    public static func cursorGone(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .notFound, "the list cannot continue after batch \(id), which no longer exists",
            remedy: "Read the list from its start")
    }

    /// The batch has no such attempt.
    public static func noAttempt(_ number: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(.notFound, "batch \(id) has no attempt \(number)")
    }

    /// The provider job does not exist, or its attempt is not sealed.
    public static func noProviderJob(_ job: ProviderJobID) -> LLMBatchError {
        LLMBatchError(.notFound, "there is no provider job \(job)")
    }

    /// Late results can only be added to a job that has ended.
    public static func notEnded(_ job: ProviderJobID) -> LLMBatchError {
        LLMBatchError(
            .wrongState, "provider job \(job) has not ended",
            remedy: Remedy(nil, .wait(job.batch)))
    }

    /// Attempt numbers increase, and each is used once.
    public static func attemptTaken(_ number: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "batch \(id) already has an attempt \(number) or a later one")
    }

    /// A sealed attempt keeps its requests.
    public static func attemptSealed(_ number: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "attempt \(number) of batch \(id) is sealed")
    }

    /// The batch has no request at this position.
    public static func noRequest(at position: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(.invalidInput, "batch \(id) has no request at position \(position)")
    }

    /// A request belongs to one job of an attempt.
    public static func assignedTwice(_ position: Int) -> LLMBatchError {
        LLMBatchError(.invalidInput, "the request at position \(position) is already in a provider job of this attempt")
    }

    /// The jobs passed when sealing differ from the filled ones, or in their number of requests.
    public static func jobsDiffer(attempt number: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .invalidInput, "the provider jobs of attempt \(number) of batch \(id) are not those that were filled")
    }

    /// A submission token belongs to one job of the storage: the remote job with this token is already stored.
    public static func tokenTaken(by job: ProviderJobID) -> LLMBatchError {
        LLMBatchError(
            .storage, "the provider's job is already in the storage: it is job \(job.index) of batch \(job.batch)",
            remedy: Remedy("Nothing was changed", .wait(job.batch)))
    }

    /// A copy must be begun before it is filled.
    public static func noCopy(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "no copy of batch \(id) has been begun", remedy: "Begin the copy again")
    }
}
