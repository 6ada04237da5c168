import ArgumentParser
import Foundation
import LLMBatch

/// The provider and its settings.
struct ProviderArguments: ParsableArguments, ProviderChoice {
    @Option(help: "The provider (default: LLMBATCH_PROVIDER, else offline); llmbatch providers lists them.")
    var provider: String?

    @Option(help: "The model to use instead of the one in each request.")
    var model: String?

    @Option(name: .customLong("base-url"), help: "The base URL of the service, version included (https://…/v1).")
    var baseURL: String?

    @Option(
        name: .customLong("api-key-env"),
        help: "The environment variable that holds the key (its name, never the key itself).")
    var keyVariable: String?

    @Option(
        name: .customLong("api-key-file"),
        help: "A file that contains only the key and that only you can read.",
        completion: .file())
    var keyFile: String?

    @Option(name: .customLong("option"), help: "A provider option, key=value; repeatable.")
    var options: [String] = []

    @OptionGroup var log: LogArguments

    @Flag(help: "Send request bodies unchanged; they are already in the provider's native format.") var native = false

    @Flag(
        name: .customLong("accept-account"),
        help: "Resume even if the batch was submitted under another account.")
    var acceptsOtherAccount = false

    func validate() throws {
        guard keyVariable == nil || keyFile == nil else {
            throw ValidationError("Choose one of --api-key-env and --api-key-file.")
        }
        _ = try pairs(options, of: "--option")
        for (name, value) in [("--model", model), ("--base-url", baseURL), ("--provider", provider)] {
            guard value.map({ !$0.allSatisfy(\.isWhitespace) }) ?? true else {
                throw ValidationError("\(name) is empty; check that every variable in the command is set.")
            }
        }
    }

    /// The batch with these arguments applied.
    func apply(to batch: Batch) -> Batch {
        let batch = log.apply(to: batch)
        return acceptsOtherAccount ? batch.acceptingOtherAccount() : batch
    }

    /// The settings for a new batch.
    func settings() throws -> ProviderSettings { try settings(of: name ?? "offline") }

    /// The settings for a new batch of this provider.
    func settings(of name: String) throws -> ProviderSettings {
        try changed(ProviderSettings(name: name, keySource: Self.usualKey(of: name)))
    }

    /// The provider that was named, as an argument or in the environment.
    var name: String? { provider ?? ProcessInfo.processInfo.environment["LLMBATCH_PROVIDER"] }

    /// Notes which provider a new batch uses when none was named.
    func announce() {
        if name == nil { Terminal.note("No --provider given; using offline, which echoes prompts and calls no model.") }
    }

    /// The default source of the key: each provider has its own, and must not receive another's.
    private static func usualKey(of provider: String) -> String? {
        ProviderCatalog.standard.description(of: provider)?.usualKeySource
    }

    /// The stored settings, overridden by the arguments.
    func changed(_ stored: ProviderSettings) throws -> ProviderSettings {
        var settings = stored
        if let provider, provider != stored.name {
            // Another provider: none of the old one's settings apply, least of all its model names.
            guard stored.model == nil || model != nil || provider == "offline" else {
                throw LLMBatchError(
                    .invalidConfiguration, "the model \(stored.model ?? "") was chosen for \(stored.name)",
                    remedy: "Name a model of \(provider) with --model NAME")
            }
            settings = ProviderSettings(name: provider, keySource: Self.usualKey(of: provider))
        }
        settings.model = model ?? settings.model
        settings.baseURL = baseURL ?? settings.baseURL
        if let keyVariable { settings.keySource = "env:\(try variable(keyVariable))" }
        if let keyFile {
            settings.keySource =
                "file:\(URL(filePath: keyFile).absoluteURL.standardizedFileURL.path(percentEncoded: false))"
        }
        for (key, value) in try pairs(options, of: "--option") { settings.options[key] = value }
        if native, Self.translates(settings.name) { settings.options["native"] = "true" }
        return settings
    }

    /// False for a provider that takes request lines as they are: it translates nothing and has no such option.
    private static func translates(_ provider: String) -> Bool {
        ProviderCatalog.standard.description(of: provider)?.options["native"] != nil
    }

    /// Accepts only the name of a variable that is set: the key itself may have been given, and must not be shown or stored.
    private func variable(_ name: String) throws -> String {
        guard ProcessInfo.processInfo.environment[name] != nil else {
            throw LLMBatchError(
                .keyRefused, "--api-key-env names no variable that is set",
                remedy: "Give the name of an environment variable, for example OPENAI_API_KEY, never the key itself")
        }
        return name
    }
}

/// Reads `key=value` arguments.
func pairs(_ texts: [String], of argument: String) throws -> [(String, String)] {
    try texts.map { text in
        guard let split = text.firstIndex(of: "="), split != text.startIndex else {
            throw ValidationError("\(argument) takes key=value.")
        }
        return (String(text[..<split]), String(text[text.index(after: split)...]))
    }
}
