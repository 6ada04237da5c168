import ArgumentParser
import LLMBatch

/// Arguments that choose the provider of a batch and its settings.
protocol ProviderChoice {
    /// The stored settings, overridden by the arguments.
    func changed(_ stored: ProviderSettings) throws -> ProviderSettings
    /// The batch with the arguments applied.
    func apply(to batch: Batch) -> Batch
}

/// The provider and how requests are sent, for the commands that send them.
struct WorkArguments: ParsableArguments, ProviderChoice {
    @OptionGroup var provider: ProviderArguments

    @Option(help: "Maximum concurrent requests (realtime providers only).")
    var concurrency: Int?

    @Flag(
        help:
            "Reuse stored answers to identical requests (same provider, model and body) at no cost."
    )
    var reuse = false

    @Flag(
        help:
            "Trust imported batches as your own: resume one created from the same file, and let --reuse use its answers."
    )
    var reuseImported = false

    func validate() throws {
        guard concurrency.map({ (1...10_000).contains($0) }) ?? true else {
            throw ValidationError("--concurrency must be from 1 to 10,000.")
        }
    }

    /// The settings for a new batch.
    func settings() throws -> ProviderSettings { with(try provider.settings()) }

    func changed(_ stored: ProviderSettings) throws -> ProviderSettings { with(try provider.changed(stored)) }

    func apply(to batch: Batch) -> Batch {
        let batch = provider.apply(to: batch)
        return reuse ? batch.reusingAnswers(fromImports: reuseImported) : batch
    }

    private func with(_ settings: ProviderSettings) -> ProviderSettings {
        var settings = settings
        if let concurrency { settings.options["concurrency"] = String(concurrency) }
        return settings
    }
}
