import Foundation
import LLMBatch

/// What can be done next with a batch, as commands to type.
struct BatchAdvice {
    private let record: BatchRecord
    private let settings: ProviderSettings
    private let jobs: [ProviderJob]
    private let isStatus: Bool

    /// - Parameter isStatus: true where `status` speaks, which then need not be advised.
    init(_ batch: Batch, isStatus: Bool = false) async throws {
        record = try await batch.record()
        settings = try await batch.settings()
        jobs = try await batch.jobs()
        self.isStatus = isStatus
    }

    /// A command a line, with what it is good for.
    var lines: [String] {
        let end = "\(record.id)\(StoreArguments.suffix)"
        var lines: [String] = []
        if record.status.isFinal, record.counts.unsuccessful > 0 {
            let outcomes = Outcome.allUnsuccessful.filter { record.counts[$0] > 0 }.map(\.rawValue)
            lines.append("llmbatch results \(end) --outcome \(outcomes.joined(separator: ","))  # shows why")
            if hasMoreToCome {
                lines.append("llmbatch collect \(end)  # fetches what the provider still has, at no cost")
            }
            lines.append(retry("what failed"))
        } else if record.status.isFinal {
            lines.append("llmbatch results \(end)  # shows the answers")
        } else if record.status == .needsAttention {
            if !isStatus { lines.append("llmbatch status \(end)  # shows what is known") }
            let doubtful = jobs.last { $0.state.phase == .needsAttention }
            lines += Decisions.lines(record.id, job: doubtful?.id.index ?? 1, suffix: StoreArguments.suffix)
        } else if record.cancelRequested {
            lines.append("llmbatch watch \(end)  # waits for the end and collects what was answered")
        } else {
            lines.append("llmbatch watch \(end)  # waits for it and collects the results")
        }
        if record.anomalies > 0, !isStatus {
            lines.append(
                "llmbatch status \(end)  # shows what is odd in the provider's results (\(record.anomalies.counted("anomaly", "anomalies")))"
            )
        }
        return lines
    }

    /// True where a provider may still have answers of requests that have none here.
    private var hasMoreToCome: Bool {
        jobs.contains { job in
            let isUnanswered = job.counts[.missing] > 0 || job.state.abandonment != nil
            return isUnanswered && job.canBeCollectedAgain && !isForgotten(job)
        }
    }

    /// True when the provider no longer keeps the results of a job.
    private func isForgotten(_ job: ProviderJob) -> Bool {
        let description = ProviderCatalog.standard.description(of: settings.name)?.adjusted(to: settings)
        return description?.retention.map { seconds in
            job.state.intendedAt.map { Date() > $0.addingTimeInterval(TimeInterval(seconds)) } ?? false
        } ?? false
    }

    /// The option that halves the jobs, where an input was too large for the service or for a proxy before it.
    private var smaller: String? {
        let refused = jobs.filter { ["request_too_large", "http_413", "413"].contains($0.state.failure?.code) }
        guard let bytes = refused.map(\.input.bytes).max(), bytes > 1 else { return nil }
        return "--option bytes-per-job=\(bytes / 2)"
    }

    /// True where the provider refused the latest attempt as a whole, which it would do again.
    private var isRefused: Bool {
        let latest = jobs.filter { $0.id.attempt == record.attempts }
        return record.status == .failed && !latest.isEmpty
            && latest.allSatisfy { job in
                guard let failure = job.state.failure else { return false }
                return job.state.remoteID == nil || failure.code.contains("model") || failure.code.hasPrefix("invalid")
            }
    }

    /// The command that asks again: elsewhere, where the provider takes no job of so few.
    func retry(_ what: String) -> String {
        let command = "llmbatch retry \(record.id)\(StoreArguments.suffix) --wait"
        let limits = ProviderCatalog.standard.description(of: settings.name)?.limits
        let least = settings.options["minimum-requests"].flatMap { Int($0) } ?? limits?.minimumRequests ?? 1
        guard record.counts.unsuccessful < least else {
            if let smaller { return "\(command) \(smaller)  # retries only \(what), in smaller jobs" }
            guard isRefused else { return "\(command)  # retries only \(what)" }
            return "\(command) --model NAME  # retries \(what) with another model; --provider NAME goes elsewhere"
        }
        return "\(command) --provider NAME --model NAME  # retries only \(what), elsewhere: "
            + "\(settings.name) takes no job of fewer than \(least) requests"
    }
}
