import Foundation

/// The local progress of one provider job.
public enum ProviderJobPhase: String, Sendable, Hashable, Codable, CaseIterable {
    /// Sealed; nothing has been sent, or the last try is proved not to have been accepted.
    case planned
    /// The intent is recorded, and the input is being uploaded.
    case uploading
    /// The input is uploaded; the create call is about to be sent, or has been sent.
    case creating
    /// The outcome of the create call is unknown; the provider's jobs are searched for our token.
    case reconciling
    /// Accepted, and its remote id is recorded.
    case submitted
    /// A realtime job whose requests are being sent one by one.
    case answering
    /// The job has ended at the provider; its results are being fetched.
    case collecting
    /// Every request has a result, and the counts are frozen.
    case ended
    /// Cannot continue without a decision by the owner.
    case needsAttention = "needs_attention"
}
