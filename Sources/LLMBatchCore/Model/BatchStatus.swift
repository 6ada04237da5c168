/// The status of a batch, an attempt or a provider job, the same for every provider.
public enum BatchStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// Created; nothing has been sent.
    case draft
    /// Being submitted: from the recorded intent to the provider's job id.
    case submitting
    /// Accepted; the provider is validating the input.
    case validating
    /// The provider is processing the requests.
    case inProgress = "in_progress"
    /// Processing is done; results are being written or collected.
    case finalizing
    /// Ended normally; individual requests may still have failed.
    case completed
    /// Failed as a whole, without processing its requests.
    case failed
    /// Ended because the provider's time window closed.
    case expired
    /// Cancellation has been requested and is not complete.
    case cancelling
    /// Ended by cancellation.
    case cancelled
    /// Cannot continue without a decision by its owner.
    case needsAttention = "needs_attention"

    /// True for completed, failed, expired and cancelled: nothing more will happen without a call.
    public var isFinal: Bool {
        switch self {
        case .completed, .failed, .expired, .cancelled: true
        default: false
        }
    }

    /// The status of a whole from its parts: the least advanced part that is still moving, otherwise how they ended.
    ///
    /// A whole needs attention once none of its parts is moving and one of them needs attention. When its parts ended
    /// differently, the status is the one its owner most needs to know: cancelled, expired, completed. It is failed
    /// only when all parts failed.
    public static func combined(_ parts: some Sequence<BatchStatus>) -> BatchStatus {
        let present = Set(parts)
        let moving: [BatchStatus] = [.cancelling, .submitting, .validating, .inProgress, .finalizing]
        // A part that has not started, beside parts that have, is about to be submitted.
        if present.contains(.draft), present.count > 1 { return .submitting }
        let order = moving + [.needsAttention, .draft, .cancelled, .expired, .completed, .failed]
        return order.first(where: present.contains) ?? .draft
    }
}

extension BatchStatus: CustomStringConvertible {
    /// The status as the JSON and the SQL views write it, such as `in_progress`.
    public var description: String { rawValue }
}
