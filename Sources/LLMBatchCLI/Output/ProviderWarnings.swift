import Foundation
import LLMBatch

/// Warnings about a provider for the owner of a batch, at the moments when they matter.
struct ProviderWarnings {
    private let description: ProviderDescription

    /// Nil for an unknown provider.
    init?(_ settings: ProviderSettings) {
        guard let description = ProviderCatalog.standard.description(of: settings.name) else { return nil }
        self.description = description.adjusted(to: settings)
    }

    /// For a new batch whose models have an unknown request format.
    static func ofModels(_ batch: Batch) async throws -> [String] {
        let settings = try await batch.settings()
        let isTold = ["family", "native", "converse", "recovered"].contains { settings.options[$0] != nil }
        guard settings.name == "bedrock", !isTold else { return [] }
        var models: Set<String> = []
        if let model = settings.model {
            models = [model]
        } else {
            for try await stored in batch.requests() { if let model = stored.request.model { models.insert(model) } }
        }
        return models.filter(BedrockAdapters.standard.isUnknown).sorted().map { model in
            "The request format of the model \(model) is unknown; requests are sent as chat completions. "
                + "If it belongs to a known family, name it with --option family=NAME"
        }
    }

    /// For a batch left to the provider, to be collected later.
    var onLeaving: [String] {
        var lines: [String] = []
        // A week or more needs no warning.
        if let retention = description.retention, retention < 7 * 86_400 {
            lines.append(
                "\(description.title) keeps results for \(DescriptionText.duration(retention)): "
                    + "collect them before that.")
        }
        if description.keepsAnswersOnExpiry == false, let window = description.window {
            lines.append(
                "A job that is not done after \(DescriptionText.duration(window)) expires at \(description.name), "
                    + "and its answers are lost.")
        }
        return lines
    }

    /// For a batch about to be cancelled.
    var onCancel: [String] {
        if !description.cancels {
            return ["\(description.title) cannot cancel a job: it keeps running, and its answers are billed."]
        }
        return description.keepsAnswersOnCancel == false
            ? ["\(description.title) returns no answers for a cancelled job."] : []
    }

    /// For uncollected results that the provider may soon delete.
    func ofRetention(_ job: ProviderJob, at date: Date) -> String? {
        guard description.isLosingResults(of: job.state, at: date), let end = description.keepsResults(of: job.state)
        else { return nil }
        let when = end.formatted(.iso8601.year().month().day())
        let verb = end < date ? "may have deleted" : "deletes"
        return "\(description.title) \(verb) the results of job \(job.state.remoteID ?? "\(job.id)") on \(when): "
            + "llmbatch watch \(job.id.batch)\(StoreArguments.suffix)"
    }

    /// The same for all jobs of a batch.
    static func ofRetention(_ batch: Batch, at date: Date) async throws -> [String] {
        let attempts = try await batch.attempts()
        return try await batch.providerJobs().compactMap { job in
            let attempt = attempts.first { $0.number == job.id.attempt }
            return attempt.flatMap { ProviderWarnings($0.provider) }?.ofRetention(job, at: date)
        }
    }
}

extension Batch {
    /// The settings of the latest attempt, or those the batch was created with.
    func settings() async throws -> ProviderSettings {
        if let latest = try await attempts().last { return latest.provider }
        return try await record().provider
    }
}
