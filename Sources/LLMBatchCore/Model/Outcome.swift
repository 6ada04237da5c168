/// How one request ended in one provider job.
public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// The provider answered, and the answer is valid.
    case succeeded
    /// The provider reported an error, or the answer failed validation.
    case errored
    /// The provider's time window closed before the request was processed.
    case expired
    /// The job was cancelled before the request was processed.
    case cancelled
    /// The job ended without a result for this request.
    case missing
    /// The answer does not match the caller's output schema.
    case invalid

    /// Every outcome except ``succeeded``: the outcomes that a retry submits again.
    public static let unsuccessful: Set<Outcome> = [.errored, .expired, .cancelled, .missing, .invalid]
}
