import Foundation

/// The pauses between the runner's calls to a provider.
public struct Pacing: Sendable, Hashable {
    /// The pause before the first poll; later ones double up to ``longestPoll``.
    package var firstPoll: Duration
    /// The longest pause between two polls.
    package var longestPoll: Duration
    /// The pause between two listings of a reconciliation; longer than the provider's listing may lag behind.
    package var reconcile: Duration
    /// The pause before the first retry of a failed call; later ones double up to ``longestBackoff``.
    package var firstBackoff: Duration
    /// The longest pause before a retry.
    package var longestBackoff: Duration
    /// The pause before submitting again to a provider whose queue was full.
    package var queueFull: Duration

    /// Creates pauses; the defaults suit most services.
    ///
    /// - Parameters:
    ///   - firstPoll: the pause before the first poll; later ones double.
    ///   - longestPoll: the longest pause between two polls.
    ///   - reconcile: the pause between two listings after a lost create call; longer than the listing may lag behind.
    ///   - firstBackoff: the pause before the first retry of a failed call; later ones double.
    ///   - longestBackoff: the longest pause before a retry.
    ///   - queueFull: the pause before submitting again to a provider whose queue was full.
    public init(
        firstPoll: Duration = .seconds(2), longestPoll: Duration = .seconds(60), reconcile: Duration = .seconds(5),
        firstBackoff: Duration = .milliseconds(500), longestBackoff: Duration = .seconds(60),
        queueFull: Duration = .seconds(60)
    ) {
        self.firstPoll = firstPoll
        self.longestPoll = longestPoll
        self.reconcile = reconcile
        self.firstBackoff = firstBackoff
        self.longestBackoff = longestBackoff
        self.queueFull = queueFull
    }

    /// The same pauses, but with polls at a fixed interval if one is given.
    func polling(every interval: Duration?) -> Pacing {
        guard let interval else { return self }
        var copy = self
        copy.firstPoll = interval
        copy.longestPoll = interval
        return copy
    }
}
