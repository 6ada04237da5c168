package import Foundation
import Synchronization

/// What a provider job waits for in this process.
package struct JobWait: Sendable, Hashable {
    /// Why nothing happens.
    package enum Kind: Sendable, Hashable {
        /// The provider is at work; it is asked again then.
        case poll
        /// A call failed for a passing reason: the number of the next try, and of how many.
        case retry(Int, of: Int)
        /// The provider's queue is full.
        case room
        /// It is not known whether a create call was accepted.
        case search
    }

    /// Why nothing happens.
    package let kind: Kind
    /// What the provider gave as its reason, where it gave one.
    package let reason: ResultError?
    /// When this kind of waiting began.
    package let since: Date
    /// When it ends, or is tried again.
    package let until: Date
}

/// Shows what the jobs of a batch wait for, to whoever looks while they are driven.
package final class WaitBoard: Sendable {
    private struct Entry {
        var wait: JobWait?
        /// When the trouble began that the current wait is part of.
        var troubledSince: Date?
    }

    private let entries = Mutex<[ProviderJobID: Entry]>([:])

    package init() {}

    /// What is waited for now.
    package var waits: [ProviderJobID: JobWait] {
        entries.withLock { $0.compactMapValues(\.wait) }
    }

    /// A job begins to wait. Waiting for a provider that is at work ends the trouble before it.
    func begin(_ job: ProviderJobID, _ kind: JobWait.Kind, reason: ResultError?, now: Date, for duration: Duration) {
        entries.withLock { entries in
            var entry = entries[job] ?? Entry()
            if kind == .poll { entry.troubledSince = nil } else { entry.troubledSince = entry.troubledSince ?? now }
            entry.wait = JobWait(
                kind: kind, reason: reason, since: entry.troubledSince ?? now, until: now + duration.timeInterval)
            entries[job] = entry
        }
    }

    /// It goes on.
    func end(_ job: ProviderJobID) { entries.withLock { $0[job]?.wait = nil } }
}

extension Batch {
    /// The same batch, showing on a board what it waits for.
    package func showingWaits(on board: WaitBoard) -> Batch {
        var copy = self
        copy.work.waits = board
        return copy
    }
}

extension ProviderJob {
    /// Requests that the provider counts as done and that are not collected yet, of those the job holds.
    ///
    /// The counters are what a service says of itself: whatever they are, no more than the job's open requests.
    public var uncollected: Int {
        guard state.phase == .submitted || state.phase == .collecting, let reported = state.reported else { return 0 }
        let completed = min(max(0, reported.completed), counts.requested)
        let failed = min(max(0, reported.failed), counts.requested)
        return min(max(0, min(completed + failed, counts.requested) - counts.finished), max(0, counts.open))
    }
}

extension Sequence where Element == ProviderJob {
    /// Requests that providers count as done and that are not collected yet.
    public var uncollected: Int { reduce(0) { $0 + $1.uncollected } }
}
