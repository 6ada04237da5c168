import Foundation
import LLMBatch

/// What a batch waits for, in words.
enum WaitWords {
    /// A wait in words.
    struct Words {
        /// What matters most has the lowest.
        let rank: Int
        /// With the time that is left.
        let text: String
        /// Without it, where it is trouble.
        let trouble: String?
    }

    /// The wait that matters most; nil when it waits for nothing in particular.
    ///
    /// - Parameter waits: what this process knows of its own waiting; another's shows only as far as it is stored.
    static func of(_ jobs: [ProviderJob], _ waits: [ProviderJobID: JobWait], at now: Date) -> Words? {
        let open = jobs.filter { $0.state.phase != .ended }
        return open.compactMap { job in waits[job.id].map { words($0, job, at: now) } ?? stored(job) }
            .min { $0.rank < $1.rank }
    }

    /// What another process waits for.
    private static func stored(_ job: ProviderJob) -> Words? {
        job.state.lackOfRoom.map { Words(rank: 0, text: "queue full (\($0.message))", trouble: nil) }
    }

    private static func words(_ wait: JobWait, _ job: ProviderJob, at now: Date) -> Words {
        let left = "in \(duration(max(0, wait.until.timeIntervalSince(now))))"
        let waited = now.timeIntervalSince(wait.since)
        let since = waited >= 60 ? " for \(duration((waited / 60).rounded(.down) * 60))" : ""
        let reason = wait.reason.map { " (\($0.message))" } ?? ""
        switch wait.kind {
        case .room:
            // That it waits is said in a line of its own.
            return Words(rank: 0, text: "queue full\(since), next try \(left)\(reason)", trouble: nil)
        case .retry(let number, let most):
            let what = wait.reason.map { $0.code.hasPrefix("rate_limit") ? "rate limited" : "failed" } ?? "failed"
            let tries = " (\(number + 1) of \(most))"
            return Words(
                rank: 1, text: "\(what)\(since), next try \(left)\(tries)\(reason)",
                trouble: "\(what)\(since), next try\(tries)\(reason)")
        case .search: return Words(rank: 2, text: "looking for the job at the provider, again \(left)", trouble: nil)
        case .poll: return Words(rank: 3, text: "next poll \(left)", trouble: nil)
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
