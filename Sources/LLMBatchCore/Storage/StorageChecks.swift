extension NewBatch {
    /// Refuses what no storage keeps.
    ///
    /// - Throws: `invalidInput` for an empty name.
    public func check() throws {
        if name?.isEmpty == true {
            throw LLMBatchError(.invalidInput, "the name of a batch is not empty", hint: "Leave it out")
        }
    }
}

extension NewRequest {
    /// Refuses requests that do not go on where a batch stands, and ids that no storage can keep verbatim.
    ///
    /// - Parameter count: How many requests the batch has so far.
    /// - Throws: `invalidInput`.
    public static func check(_ requests: [NewRequest], after count: Int) throws {
        for (place, request) in zip(count..., requests) {
            if request.position != place {
                throw LLMBatchError(
                    .invalidInput, "a request at position \(request.position) comes where \(place) is due")
            }
            if request.request.customID.rawValue.utf8.contains(0) {
                throw LLMBatchError(
                    .invalidInput, "request \(request.position + 1): its custom_id holds a NUL character")
            }
        }
    }
}
