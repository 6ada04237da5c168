public import Foundation

/// What can happen to a provider job.
public enum JobEvent: Sendable, Hashable {
    /// A runner takes the job up, at first or after a restart; `token` serves if a new try begins.
    case begin(token: String, at: Date)
    /// The same for a realtime job.
    case beginAnswering
    case uploaded(fileID: String)
    case uploadFailed(ProviderError)
    /// It could not be learned whether an earlier upload of this try is there.
    case lookUpFailed(ProviderError)
    case created(RemoteJob)
    case createFailed(ProviderError)
    /// One listing back to the intent: the jobs that carry our token, oldest first.
    case listed([RemoteJob])
    case listingFailed(ProviderError)
    case polled(RemoteJob)
    case pollFailed(ProviderError)
    /// Every result the provider has is stored.
    case collected(at: Date)
    case collectionFailed(ProviderError)
    /// What the provider has was fetched, and more is to come.
    case fellShort(Shortfall, at: Date)
    /// Every request of a realtime job has its answer, or none is asked any more.
    case answered(at: Date)
    case cancelRequested(at: Date)
    /// The owner gives the job up, whatever has become of it at the provider.
    case abandoned
    /// The owner says that this job at the provider is ours.
    case adopted(RemoteJob)
    /// The owner says that nothing was accepted, or that it may be paid for again: the next beginning is a new try.
    case resubmissionAllowed
    /// The owner wants the provider's list searched once more.
    case searchWanted
}

/// What is to be done next about a provider job, once its new state is durable.
public enum JobAction: Sendable, Hashable {
    /// Upload the input, after a pause; first look whether an earlier upload of this try is there.
    case upload(lookFirst: Bool, after: Pause)
    /// Send the create call, once.
    case create
    /// List the provider's jobs, after a pause, and look for our token.
    case reconcile(after: Pause)
    /// Ask for the job's status, after a pause.
    case poll(after: Pause)
    /// Cancel these jobs at the provider: the job itself, or doubles of it.
    case cancelRemote(ids: [String])
    /// Fetch the results, after a pause.
    case collect(after: Pause)
    /// Ask, after a pause, what the provider says of the ended job by now; its files may be named late.
    case lookAgain(after: Pause)
    /// Ask the requests one by one.
    case answer
    /// Begin again, after a pause.
    case beginAgain(after: Pause)
    /// Leave it for now: the state is durable, and a later run goes on from it.
    case stop(LLMBatchError)
}

/// How long to wait before an action; the runner turns it into seconds by its policy.
public enum Pause: Sendable, Hashable {
    case none
    /// Until the n-th poll of a job that is running, from 1.
    case poll(Int)
    /// After the n-th failure in a row, at least as long as the provider asked.
    case backoff(Int, atLeast: Duration?)
    /// Between two listings of a reconciliation.
    case reconcile
    /// After the n-th look in a row at results that fell short, which was at `since`.
    case look(Int, since: Date)
    /// Until the provider may have room again.
    case room
}
