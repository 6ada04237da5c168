package import Foundation

/// An event in the life of a provider job.
package enum ProviderJobEvent: Sendable, Hashable {
    /// A runner takes up the job, initially or after a restart; `token` is used if a new try starts.
    case begin(token: String, at: Date)
    /// The same, for a realtime job.
    case beginAnswering
    case uploaded(fileID: String)
    case uploadFailed(ProviderError)
    /// It could not be determined whether an earlier upload of this try exists.
    case lookUpFailed(ProviderError)
    case created(RemoteJob)
    case createFailed(ProviderError)
    /// A complete listing back to the intent: the jobs that carry our token, oldest first.
    case listed([RemoteJob])
    case listingFailed(ProviderError)
    case polled(RemoteJob)
    case pollFailed(ProviderError)
    /// Every result that the provider has is stored.
    case collected(at: Date)
    case collectionFailed(ProviderError)
    /// The available results were fetched, and more are expected.
    case fellShort(Shortfall, at: Date)
    /// Every request of a realtime job has its answer, or no more are sent.
    case answered(at: Date)
    case cancelRequested(at: Date)
    /// The owner gives up the job, whatever its state at the provider.
    case abandoned
    /// The owner confirms that this job at the provider is ours.
    case adopted(RemoteJob)
    /// The owner confirms that nothing was accepted, or accepts paying again: the job starts a new try next.
    case resubmissionAllowed
    /// The owner wants the provider's list searched again.
    case searchWanted
}
