import ArgumentParser
import LLMBatch
import Logging

/// Whether what happens is logged, and how.
struct LogArguments: ParsableArguments {
    @Flag(name: [.short, .long], help: "Log every step and every HTTP call to stderr.")
    var verbose = false

    @Option(help: "Log in this format (implies --verbose): text or json, one object per line.")
    var logFormat: LogFormat?

    /// The batch, logging where that was asked for.
    func apply(to batch: Batch) -> Batch {
        guard verbose || logFormat != nil else { return batch }
        let format = logFormat ?? .text
        var logger = Logger(label: "llmbatch") { _ in LineLogHandler(format: format) }
        logger.logLevel = .debug
        return batch.logging(to: logger)
    }
}

/// How a log line is written.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
