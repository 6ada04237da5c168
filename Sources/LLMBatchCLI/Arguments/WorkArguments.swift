import ArgumentParser
import LLMBatch

/// What says who does the work of a batch, and how.
protocol ProviderChoice {
    /// Stored settings with what was given now in place of what is there.
    func changed(_ stored: ProviderSettings) throws -> ProviderSettings
    /// The batch as it is to be driven.
    func apply(to batch: Batch) -> Batch
}

/// Which provider does the work, and how requests are asked: of the commands that ask them.
struct WorkArguments: ParsableArguments, ProviderChoice {
    @OptionGroup var provider: ProviderArguments

    @Option(help: "Maximum concurrent requests (realtime providers only).")
    var concurrency: Int?

    @Flag(
        help:
            "Reuse answers that the store already has for the same provider, model and body, and pay only for the rest."
    )
    var reuse = false

    @Flag(
        help:
            "Trust imported batches as your own: take one for the batch of the same file, and with --reuse also reuse its answers."
    )
    var reuseImported = false

    func validate() throws {
        guard concurrency.map({ (1...10_000).contains($0) }) ?? true else {
            throw ValidationError("--concurrency is a number from 1 to 10000.")
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
