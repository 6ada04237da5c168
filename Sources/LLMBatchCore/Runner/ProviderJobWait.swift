package import Foundation
import Synchronization

/// What a provider job waits for in this process.
package struct ProviderJobWait: Sendable, Hashable {
    /// The reason for waiting.
    package enum Kind: Sendable, Hashable {
        /// The provider is running the job, until the next poll.
        case poll
        /// A call failed with a transient error: the number of the next try, and the maximum.
        case retry(Int, of: Int)
        /// The provider's queue is full.
        case queueFull
        /// It is not known whether a create call was accepted.
        case search
    }

    /// The reason for waiting.
    package let kind: Kind
    /// The provider's reason, where it gave one.
    package let reason: ResultError?
    /// When waiting for this reason began.
    package let since: Date
    /// When the wait ends or the call is retried.
    package let until: Date
}

/// Shows what the jobs of a batch wait for while they are driven.
package final class WaitBoard: Sendable {
    private struct Entry {
        var wait: ProviderJobWait?
        /// When the problem began that the current wait is part of.
        var troubledSince: Date?
    }

    private let entries = Mutex<[ProviderJobID: Entry]>([:])

    package init() {}

    /// The current waits.
    package var waits: [ProviderJobID: ProviderJobWait] {
        entries.withLock { $0.compactMapValues(\.wait) }
    }

    /// A job starts to wait. Waiting for a provider that is running the job ends an earlier problem.
    func begin(
        _ job: ProviderJobID, _ kind: ProviderJobWait.Kind, reason: ResultError?, now: Date, for duration: Duration
    ) {
        entries.withLock { entries in
            var entry = entries[job] ?? Entry()
            if kind == .poll { entry.troubledSince = nil } else { entry.troubledSince = entry.troubledSince ?? now }
            entry.wait = ProviderJobWait(
                kind: kind, reason: reason, since: entry.troubledSince ?? now, until: now + duration.timeInterval)
            entries[job] = entry
        }
    }

    /// The job resumes.
    func end(_ job: ProviderJobID) { entries.withLock { $0[job]?.wait = nil } }
}
