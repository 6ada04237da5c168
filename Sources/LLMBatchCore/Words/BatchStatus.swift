/// Where a batch, an attempt or a provider job is in its life, in the same words for every provider.
public enum BatchStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// Made, and nothing sent.
    case draft
    /// Being handed over: from the recorded intent to the provider's job id.
    case submitting
    /// Accepted; the provider checks the input.
    case validating
    /// The provider is at work.
    case inProgress = "in_progress"
    /// The work is done and the results are being written or collected.
    case finalizing
    /// Ended by itself; single requests may still have failed.
    case completed
    /// Ended as a whole without doing its work.
    case failed
    /// Ended by the provider's time window.
    case expired
    /// Cancellation has been asked for and is not done.
    case cancelling
    /// Ended by cancellation.
    case cancelled
    /// Cannot go on without a decision of its owner.
    case needsAttention = "needs_attention"

    /// True when nothing more will happen by itself: completed, failed, expired or cancelled.
    public var isFinal: Bool {
        switch self {
        case .completed, .failed, .expired, .cancelled: true
        default: false
        }
    }

    /// The status of a whole that has these parts: the least advanced part that is still moving, else how they ended.
    ///
    /// A whole needs attention once nothing in it moves any more and one part does. Ended parts that differ are called
    /// by what the owner most needs to hear: cancelled, expired, completed; failed only when all failed.
    public static func combined(_ parts: some Sequence<BatchStatus>) -> BatchStatus {
        let present = Set(parts)
        let moving: [BatchStatus] = [.cancelling, .submitting, .validating, .inProgress, .finalizing]
        // A part that has not begun beside parts that have is about to be submitted.
        if present.contains(.draft), present.count > 1 { return .submitting }
        let order = moving + [.needsAttention, .draft, .cancelled, .expired, .completed, .failed]
        return order.first(where: present.contains) ?? .draft
    }
}
