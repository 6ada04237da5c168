extension NewBatch {
    /// Refuses a batch that no storage accepts.
    ///
    /// - Throws: `invalidInput` for an empty name.
    public func check() throws {
        if name?.isEmpty == true {
            throw LLMBatchError(.invalidInput, "the name of a batch must not be empty", remedy: "Leave it out")
        }
    }
}

extension NewRequest {
    /// Refuses requests that do not continue the batch, and ids that no storage can keep verbatim.
    ///
    /// - Parameter count: the number of requests in the batch so far.
    /// - Throws: `invalidInput`.
    public static func check(_ requests: [NewRequest], after count: Int) throws {
        for (place, request) in zip(count..., requests) {
            if request.position != place {
                throw LLMBatchError(
                    .invalidInput, "a request at position \(request.position) is out of order: expected \(place)")
            }
            if request.request.customID.rawValue.utf8.contains(0) {
                throw LLMBatchError(
                    .invalidInput, "request \(request.position + 1): its custom_id contains a NUL character")
            }
        }
    }
}
