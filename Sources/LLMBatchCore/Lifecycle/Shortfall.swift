/// How many results of an ended provider job are missing, as far as that can be known.
package struct Shortfall: Sendable, Hashable {
    /// True when the latest check found new results, so that another check is worthwhile.
    package var broughtMore: Bool
    /// What is missing.
    package var message: String

    package init(broughtMore: Bool, message: String) {
        self.broughtMore = broughtMore
        self.message = message
    }
}

/// Compares the stored results of a provider job with what the provider reports.
///
/// A provider's counters are evidence only if they are plausible: from 0 to the number of requests, each and in total.
/// Otherwise, a completed job is expected to have a line for each of its requests.
struct CollectedLines {
    /// The stored results, over all requests of the job.
    var counts: OutcomeCounts
    /// Complete lines that cannot be read or that name no request of the job.
    var odd = 0
    /// How many of them cannot be read.
    var unreadable = 0
    /// True when a file ended in the middle of a line.
    var isCut = false

    /// Why more results are expected; nil when none are.
    func gap(_ state: ProviderJobState) -> String? {
        guard counts.open > 0 else { return nil }
        if isCut { return "the results end in the middle of a line" }
        let held = counts.finished + odd
        if let counted = state.countable(requests: counts.requested) {
            // Services differ in whether requests that were not processed count as failed.
            let expected = state.remoteStatus == .completed ? counted.completed + counted.failed : counted.completed
            if held < expected { return contradiction(state) ?? "the provider counts \(expected) but returned \(held)" }
        } else if state.remoteStatus == .completed, held < counts.requested {
            return "the provider completed \(counts.requested) requests but returned results for \(held)"
        }
        return counts.finished == 0 && unreadable > 0 ? "no line of the results can be read" : nil
    }

    /// The same, where the provider counts answers as delivered that are missing: only the owner can declare them lost.
    func contradiction(_ state: ProviderJobState) -> String? {
        guard counts.open > 0, state.remoteStatus == .completed,
            let counted = state.countable(requests: counts.requested), counted.completed > 0
        else { return nil }
        // A failed request may have no line. Failures beyond the provider's count were answers there.
        let failed = counts[.errored] + counts[.expired] + counts[.cancelled]
        let answered = counts[.succeeded] + counts[.invalid] + max(0, failed - counted.failed)
        let readable = answered + odd
        guard counted.completed > readable else { return nil }
        return
            "the provider counts \(counted.completed) completed requests but returned \(answered) readable answers"
    }
}

extension ProviderJobState {
    /// The provider's counters, where they are plausible.
    func countable(requests: Int) -> RemoteJob.ReportedCounts? {
        guard let reported, (0...requests).contains(reported.completed), (0...requests).contains(reported.failed),
            (1...max(1, requests)).contains(reported.completed + reported.failed)
        else { return nil }
        return reported
    }
}
