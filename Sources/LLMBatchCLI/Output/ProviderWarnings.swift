import Foundation
import LLMBatch

/// What the owner of a batch should hear of its provider, and when.
struct ProviderWarnings {
    private let description: ProviderDescription

    /// Nil for a provider of which nothing is known.
    init?(_ settings: ProviderSettings) {
        guard let description = ProviderCatalog.standard.description(of: settings.name) else { return nil }
        self.description = description.adjusted(to: settings)
    }

    /// A batch was made for models whose form of requests is not known.
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
            "What requests to the model \(model) look like is not known: they go out as the chat completions they are. "
                + "If it is of a family that is known, name that: --option family=NAME"
        }
    }

    /// A batch is left to the provider, to be collected later.
    var onLeaving: [String] {
        var lines: [String] = []
        // Longer than a week is not worth a word: people look sooner.
        if let retention = description.retention, retention < 7 * 86_400 {
            lines.append(
                "\(description.title) keeps results for \(DescriptionText.duration(retention)): "
                    + "have them collected before that.")
        }
        if description.keepsAnswersOnExpiry == false, let window = description.window {
            lines.append(
                "A job that is not done after \(DescriptionText.duration(window)) expires at \(description.name), "
                    + "and what it had answered is lost.")
        }
        return lines
    }

    /// Its owner wants to cancel it.
    var onCancel: [String] {
        if !description.cancels {
            return ["\(description.title) cannot cancel a job: it runs on, and what it answers is paid for."]
        }
        return description.keepsAnswersOnCancel == false
            ? ["\(description.title) gives no answers of a cancelled job."] : []
    }

    /// Results wait at the provider and may soon be gone.
    func ofRetention(_ job: ProviderJob, at date: Date) -> String? {
        guard description.isLosingResults(of: job.state, at: date), let end = description.keepsResults(of: job.state)
        else { return nil }
        let when = end.formatted(.iso8601.year().month().day())
        let verb = end < date ? "may have deleted" : "deletes"
        return "\(description.title) \(verb) the results of job \(job.state.remoteID ?? "\(job.id)") on \(when): "
            + "llmbatch watch \(job.id.batch)\(StoreArguments.suffix)"
    }

    /// The same of all jobs of a batch.
    static func ofRetention(_ batch: Batch, at date: Date) async throws -> [String] {
        let attempts = try await batch.attempts()
        return try await batch.jobs().compactMap { job in
            let attempt = attempts.first { $0.number == job.id.attempt }
            return attempt.flatMap { ProviderWarnings($0.provider) }?.ofRetention(job, at: date)
        }
    }
}

extension Batch {
    /// The settings of the latest attempt, or those it was made for.
    func settings() async throws -> ProviderSettings {
        if let latest = try await attempts().last { return latest.provider }
        return try await record().provider
    }
}
