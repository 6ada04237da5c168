import Foundation

/// The next action for a provider job, performed once its new state is durable.
package enum ProviderJobAction: Sendable, Hashable {
    /// Upload the input after a pause, optionally looking first for an earlier upload of this try.
    case upload(lookFirst: Bool, after: Pause)
    /// Send the create call once.
    case create
    /// List the provider's jobs after a pause, and search for our token.
    case reconcile(after: Pause)
    /// Poll the job's status after a pause.
    case poll(after: Pause)
    /// Cancel these jobs at the provider: the job itself, or duplicates of it.
    case cancelRemote(ids: [String])
    /// Fetch the results after a pause.
    case collect(after: Pause)
    /// Poll the ended job again after a pause; the provider may name its files late.
    case lookAgain(after: Pause)
    /// Send the requests one by one.
    case answer
    /// Start over after a pause.
    case beginAgain(after: Pause)
    /// Stop for now: the state is durable, and a later run resumes from it.
    case stop(LLMBatchError)
}
