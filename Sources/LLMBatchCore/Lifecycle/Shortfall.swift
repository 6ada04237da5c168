/// By how much the results of an ended provider job fall short of what is to come, as far as that can be known.
public struct Shortfall: Sendable, Hashable {
    /// True when the last look brought results that were not there before: then looking again is worth while.
    public var broughtMore: Bool
    /// What is missing, in words.
    public var message: String

    /// A shortfall that looking again may mend.
    public init(broughtMore: Bool, message: String) {
        self.broughtMore = broughtMore
        self.message = message
    }
}

/// What a collection holds of a provider job, against what the provider says it has.
///
/// A provider's counters are evidence only as far as they are possible: from 0 to the number of requests, each and together.
/// Others, and none, say nothing; then a completed job is to have a line for each of its requests.
struct CollectedLines {
    /// The results that are stored, of all requests of the job.
    var counts: OutcomeCounts
    /// Whole lines that cannot be read, and those that name no request of the job.
    var odd = 0
    /// How many of them cannot be read.
    var unreadable = 0
    /// True when a file ended within a line that cannot be read.
    var isCut = false

    /// Why there is more to come; nil when there is not.
    func gap(_ state: JobState) -> String? {
        guard counts.open > 0 else { return nil }
        if isCut { return "the results end within a line" }
        let held = counts.finished + odd
        if let counted = state.countable(requests: counts.requested) {
            // Whether what a job did not get to has failed is counted in different ways.
            let expected = state.remoteStatus == .completed ? counted.completed + counted.failed : counted.completed
            if held < expected { return contradiction(state) ?? "the provider counts \(expected) and gives \(held)" }
        } else if state.remoteStatus == .completed, held < counts.requested {
            return "the provider completed \(counts.requested) requests and gives results of \(held)"
        }
        return counts.finished == 0 && unreadable > 0 ? "no line of the results can be read" : nil
    }

    /// The same where the provider itself counts answers as given that are not there: nobody but the owner can say that they
    /// are lost.
    func contradiction(_ state: JobState) -> String? {
        guard counts.open > 0, state.remoteStatus == .completed,
            let counted = state.countable(requests: counts.requested), counted.completed > 0
        else { return nil }
        // What failed may have no line. What failed here beyond what the provider calls failed was an answer there.
        let failed = counts[.errored] + counts[.expired] + counts[.cancelled]
        let answered = counts[.succeeded] + counts[.invalid] + max(0, failed - counted.failed)
        let readable = answered + odd
        guard counted.completed > readable else { return nil }
        return
            "the provider counts \(counted.completed) completed requests and gives \(answered) answers that can be read"
    }
}

extension JobState {
    /// The provider's counters, where they are possible and say something.
    func countable(requests: Int) -> RemoteJob.ReportedCounts? {
        guard let reported, (0...requests).contains(reported.completed), (0...requests).contains(reported.failed),
            (1...max(1, requests)).contains(reported.completed + reported.failed)
        else { return nil }
        return reported
    }
}
