/// What every storage refuses, in the same words: calls that would break what a batch is.
extension LLMBatchError {
    /// A batch of this id is there already.
    public static func batchExists(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.nameTaken, "batch \(id) exists already")
    }

    /// A batch that is sealed is changed no more.
    public static func sealed(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "batch \(id) is complete and takes no more requests")
    }

    /// The batch at which a listing should go on is not there any more.
    public static func cursorGone(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .notFound, "the list cannot go on after batch \(id), which is gone", hint: "Read the list from its start")
    }

    /// The batch has no such attempt.
    public static func noAttempt(_ number: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(.notFound, "batch \(id) has no attempt \(number)")
    }

    /// There is no such provider job, or its attempt is not sealed.
    public static func noJob(_ job: ProviderJobID) -> LLMBatchError {
        LLMBatchError(.notFound, "there is no provider job \(job)")
    }

    /// Only what has ended is brought up to date by results that come late.
    public static func notEnded(_ job: ProviderJobID) -> LLMBatchError {
        LLMBatchError(
            .wrongState, "provider job \(job) has not ended",
            hint: "llmbatch watch \(job.batch)  # brings in its results")
    }

    /// Attempts are numbered upwards, each once.
    public static func attemptTaken(_ number: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "batch \(id) already has an attempt \(number) or a later one")
    }

    /// A sealed attempt keeps the requests it was sealed with.
    public static func attemptSealed(_ number: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "attempt \(number) of batch \(id) is sealed")
    }

    /// No request has this place.
    public static func noRequest(at position: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(.invalidInput, "batch \(id) has no request at position \(position)")
    }

    /// A request is in one job of an attempt.
    public static func assignedTwice(_ position: Int) -> LLMBatchError {
        LLMBatchError(.invalidInput, "the request at position \(position) is in a provider job of this attempt already")
    }

    /// The jobs at the seal are not those that requests were assigned to, or count them otherwise.
    public static func jobsDiffer(attempt number: Int, of id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .invalidInput, "the provider jobs of attempt \(number) of batch \(id) are not those that were filled")
    }

    /// A submission token is used once, by one job of the storage: what is at the provider under it is there already.
    public static func tokenTaken(by job: ProviderJobID) -> LLMBatchError {
        LLMBatchError(
            .storage, "the provider's job is in the storage already: it is job \(job.index) of batch \(job.batch)",
            hint: "Nothing was changed; llmbatch watch \(job.batch) goes on with it")
    }

    /// A copy has to be begun before it is filled.
    public static func noCopy(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "no copy of batch \(id) is being made", hint: "Begin the copy again")
    }
}
