import Foundation
import LLMBatch

/// The commands to type next for a batch.
struct BatchAdvice {
    private let record: BatchRecord
    private let settings: ProviderSettings
    private let jobs: [ProviderJob]
    private let isStatus: Bool

    /// - Parameter isStatus: true for the output of `status`, which need not suggest itself.
    init(_ batch: Batch, isStatus: Bool = false) async throws {
        record = try await batch.record()
        settings = try await batch.settings()
        jobs = try await batch.providerJobs()
        self.isStatus = isStatus
    }

    /// One command per line, with its effect.
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
            lines +=
                RemedyText(
                    remedy: Remedy(steps: Remedy.decisions(record.id, job: doubtful?.id.index ?? 1))
                ).lines
        } else if record.cancelRequested {
            lines.append("llmbatch watch \(end)  # waits for the end and collects the finished answers")
        } else {
            lines.append("llmbatch watch \(end)  # waits for it and collects the results")
        }
        if record.anomalies > 0, !isStatus {
            lines.append(
                "llmbatch status \(end)  # shows anomalies in the provider's results (\(record.anomalies.counted("anomaly", "anomalies")))"
            )
        }
        return lines
    }

    /// True if a provider may still have answers that are missing here.
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

    /// The option that halves the jobs, after an input was too large for the service or a proxy.
    private var smaller: String? {
        let refused = jobs.filter { ["request_too_large", "http_413", "413"].contains($0.state.failure?.code) }
        guard let bytes = refused.map(\.input.bytes).max(), bytes > 1 else { return nil }
        return "--option bytes-per-job=\(bytes / 2)"
    }

    /// True if the provider rejected the latest attempt as a whole, and would do so again.
    private var isRefused: Bool {
        let latest = jobs.filter { $0.id.attempt == record.attempts }
        return record.status == .failed && !latest.isEmpty
            && latest.allSatisfy { job in
                guard let failure = job.state.failure else { return false }
                return job.state.remoteID == nil || failure.code.contains("model") || failure.code.hasPrefix("invalid")
            }
    }

    /// The command that retries: at another provider if this one takes no job of so few requests.
    func retry(_ what: String) -> String {
        let command = "llmbatch retry \(record.id)\(StoreArguments.suffix) --wait"
        let limits = ProviderCatalog.standard.description(of: settings.name)?.limits
        let least = settings.options["minimum-requests"].flatMap { Int($0) } ?? limits?.minimumRequests ?? 1
        guard record.counts.unsuccessful < least else {
            if let smaller { return "\(command) \(smaller)  # retries only \(what), in smaller jobs" }
            guard isRefused else { return "\(command)  # retries only \(what)" }
            return "\(command) --model NAME  # retries \(what) with another model; --provider NAME changes the provider"
        }
        return "\(command) --provider NAME --model NAME  # retries only \(what), elsewhere: "
            + "\(settings.name) takes no job of fewer than \(least.grouped) requests"
    }
}
