/// How one request ended in one provider job.
public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
    /// The provider answered it, and the answer holds up.
    case succeeded
    /// The provider, or the check of its answer, gave a reason against it.
    case errored
    /// The provider's window closed before it was done.
    case expired
    /// It was cancelled before it was done.
    case cancelled
    /// The provider ended the job and said nothing of it.
    case missing
    /// An answer that fails the caller's output schema.
    case invalid

    /// Every outcome but ``succeeded``: what a retry asks again.
    public static let unsuccessful: Set<Outcome> = [.errored, .expired, .cancelled, .missing, .invalid]
}
