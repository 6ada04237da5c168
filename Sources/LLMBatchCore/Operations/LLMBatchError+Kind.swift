extension LLMBatchError {
    /// True for a transient failure.
    var isTransient: Bool { code == .providerUnavailable || code == .storageUnavailable }

    /// The same error, naming a batch.
    package func about(_ id: BatchID) -> LLMBatchError {
        var copy = self
        copy.batch = batch ?? id
        return copy
    }

    /// The error of a batch that returned no answers at all.
    static func whole(_ record: BatchRecord, _ failure: ResultError?) -> LLMBatchError {
        let reason = failure.map { "\($0.code): \($0.message)" } ?? "no reason was given"
        let kind: ProviderError.Kind =
            switch record.status {
            case .cancelled: .cancelled
            case .expired: .timeout
            default: failure.flatMap { ProviderError.Kind(rawValue: $0.code) } ?? .invalidRequest
            }
        return LLMBatchError(
            .providerRefused, "batch \(record.id) ended as \(record.status.rawValue) without an answer: \(reason)",
            remedy: "Call Batch.retry to send the requests again", kind: kind
        ).about(record.id)
    }
}
