import Foundation
import LLMBatch

/// Describes what a batch waits for.
enum WaitText {
    /// The description of a wait.
    struct Description {
        /// The most important wait has the lowest rank.
        let rank: Int
        /// The description, with the time left.
        let text: String
        /// The same without the time left, if something is wrong.
        let trouble: String?
    }

    /// The most important wait; nil if there is none.
    ///
    /// - Parameter waits: the waits of this process; those of others are known only as far as they are stored.
    static func of(_ jobs: [ProviderJob], _ waits: [ProviderJobID: ProviderJobWait], at now: Date) -> Description? {
        let open = jobs.filter { $0.state.phase != .ended }
        return open.compactMap { job in waits[job.id].map { description($0, job, at: now) } ?? stored(job) }
            .min { $0.rank < $1.rank }
    }

    /// The wait of another process.
    private static func stored(_ job: ProviderJob) -> Description? {
        job.state.queueFull.map { Description(rank: 0, text: "queue full (\($0.message))", trouble: nil) }
    }

    private static func description(_ wait: ProviderJobWait, _ job: ProviderJob, at now: Date) -> Description {
        let left = "in \(duration(max(0, wait.until.timeIntervalSince(now))))"
        let waited = now.timeIntervalSince(wait.since)
        let since = waited >= 60 ? " for \(duration((waited / 60).rounded(.down) * 60))" : ""
        let reason = wait.reason.map { " (\($0.message))" } ?? ""
        switch wait.kind {
        case .queueFull:
            // A separate line already reports this wait.
            return Description(rank: 0, text: "queue full\(since), next try \(left)\(reason)", trouble: nil)
        case .retry(let number, let most):
            let what = wait.reason.map { $0.code.hasPrefix("rate_limit") ? "rate limited" : "failed" } ?? "failed"
            let tries = " (\(number + 1) of \(most))"
            return Description(
                rank: 1, text: "\(what)\(since), next try \(left)\(tries)\(reason)",
                trouble: "\(what)\(since), next try\(tries)\(reason)")
        case .search:
            return Description(rank: 2, text: "looking for the job at the provider, again \(left)", trouble: nil)
        case .poll: return Description(rank: 3, text: "next poll \(left)", trouble: nil)
        }
    }

    static func duration(_ seconds: TimeInterval) -> String {
        let whole = Int(min(seconds.rounded(.up), 1e12))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return whole % 60 == 0 ? "\(whole / 60) min" : "\(whole / 60) min \(whole % 60) s" }
        if whole < 172_800 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
        return "\(whole / 86_400) d"
    }
}
