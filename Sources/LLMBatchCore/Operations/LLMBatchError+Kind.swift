extension LLMBatchError {
    /// True for trouble that passes by itself.
    var isPassing: Bool { code == .providerUnavailable || code == .storageUnavailable }

    /// The same error, of a batch.
    func about(_ id: BatchID) -> LLMBatchError {
        var copy = self
        copy.batch = batch ?? id
        return copy
    }

    /// The error of a batch that brought no answer at all.
    static func whole(_ record: BatchRecord, _ failure: ResultError?) -> LLMBatchError {
        let reason = failure.map { "\($0.code): \($0.message)" } ?? "no reason was given"
        let kind: ProviderError.Kind =
            switch record.status {
            case .cancelled: .cancelled
            case .expired: .timeout
            default: failure.flatMap { ProviderError.Kind(rawValue: $0.code) } ?? .invalidRequest
            }
        return LLMBatchError(
            .providerRefused, "batch \(record.id) ended \(record.status.rawValue) without an answer: \(reason)",
            hint: "Batch.retry asks again", kind: kind
        ).about(record.id)
    }
}
