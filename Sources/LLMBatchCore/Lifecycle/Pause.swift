package import Foundation

/// The pause before an action; the runner converts it to a duration by its policy.
package enum Pause: Sendable, Hashable {
    case none
    /// Until the n-th poll of a running job, from 1.
    case poll(Int)
    /// After the n-th consecutive failure, at least as long as the provider asked.
    case backoff(Int, atLeast: Duration?)
    /// Between two listings of a reconciliation.
    case reconcile
    /// After the n-th consecutive check that found incomplete results, made at `since`.
    case look(Int, since: Date)
    /// Until the provider's queue may have capacity again.
    case queueFull
}
