import ArgumentParser
import Foundation
import LLMBatch

/// Which provider does the work, and how.
struct ProviderArguments: ParsableArguments, ProviderChoice {
    @Option(help: "The provider (else LLMBATCH_PROVIDER, else offline); llmbatch providers lists them.")
    var provider: String?

    @Option(help: "The model, replacing the one in each request.")
    var model: String?

    @Option(name: .customLong("base-url"), help: "The address of the service, with its version (https://…/v1).")
    var baseURL: String?

    @Option(
        name: .customLong("api-key-env"),
        help: "The name of the environment variable with the key, never the key itself.")
    var keyVariable: String?

    @Option(
        name: .customLong("api-key-file"),
        help: "The file that contains the key and nothing else, readable only by you.",
        completion: .file())
    var keyFile: String?

    @Option(name: .customLong("option"), help: "A setting of the provider, key=value; may be given again.")
    var options: [String] = []

    @Flag(help: "The requests' bodies are in the provider's own form and go out untouched.") var native = false

    @Flag(
        name: .customLong("accept-account"),
        help: "Resume even under another account than the batch was submitted with.")
    var acceptsOtherAccount = false

    func validate() throws {
        guard keyVariable == nil || keyFile == nil else {
            throw ValidationError("--api-key-env and --api-key-file cannot both say where the key is.")
        }
        _ = try pairs(options, of: "--option")
        for (name, value) in [("--model", model), ("--base-url", baseURL), ("--provider", provider)] {
            guard value.map({ !$0.allSatisfy(\.isWhitespace) }) ?? true else {
                throw ValidationError("\(name) is empty; is a variable in the command not set?")
            }
        }
    }

    /// The batch as these arguments want it driven.
    func apply(to batch: Batch) -> Batch { acceptsOtherAccount ? batch.acceptingOtherAccount() : batch }

    /// The settings for a new batch.
    func settings() throws -> ProviderSettings { try settings(of: name ?? "offline") }

    /// The same of this provider.
    func settings(of name: String) throws -> ProviderSettings {
        try changed(ProviderSettings(name: name, keySource: Self.usualKey(of: name)))
    }

    /// Who does the work, as far as anybody says so.
    var name: String? { provider ?? ProcessInfo.processInfo.environment["LLMBATCH_PROVIDER"] }

    /// Says who is taken for a new batch when nobody was named.
    func announce() {
        if name == nil { Terminal.say("No --provider given; using offline, which echoes prompts and calls no model.") }
    }

    /// Where the key comes from when nobody says so: each provider finds its own, and must not be given another's.
    private static func usualKey(of provider: String) -> String? {
        ProviderCatalog.standard.description(of: provider)?.usualKeySource
    }

    /// Stored settings with what was given now in place of what is there.
    func changed(_ stored: ProviderSettings) throws -> ProviderSettings {
        var settings = stored
        if let provider, provider != stored.name {
            // Another provider: nothing of the old one's settings fits, its names of models least of all.
            guard stored.model == nil || model != nil || provider == "offline" else {
                throw LLMBatchError(
                    .invalidConfiguration, "\(stored.name) was asked for the model \(stored.model ?? "")",
                    hint: "Name the model of \(provider): --model NAME")
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

    /// A provider that speaks the form of the request lines has nothing to translate, and no such option.
    private static func translates(_ provider: String) -> Bool {
        ProviderCatalog.standard.description(of: provider)?.options["native"] != nil
    }

    /// Somebody may give the key itself where its variable's name belongs; it must not be repeated or stored. A name is
    /// what is set.
    private func variable(_ name: String) throws -> String {
        guard ProcessInfo.processInfo.environment[name] != nil else {
            throw LLMBatchError(
                .keyRefused, "--api-key-env names no variable that is set",
                hint: "It takes the name of an environment variable, for example OPENAI_API_KEY, never the key itself")
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
