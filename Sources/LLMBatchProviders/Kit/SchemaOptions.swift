import Foundation
import LLMBatchCore

/// The options that control how a schema is sent to an OpenAI-compatible service.
enum SchemaOptions {
    /// Descriptions by option name.
    static let descriptions = [
        "schema-form":
            "the dialect of a typed job's schema: strict (OpenAI's) or plain (the whole schema); plain for other addresses",
        "structured-output":
            "how a typed job sends its schema: format, object (any JSON object, schema in the prompt) or none (prompt only)",
    ]

    private enum Form: String, CaseIterable { case strict, plain }

    /// What the options set. By default, OpenAI's own service gets the strict form.
    ///
    /// - Parameter isStrict: whether the service is known to accept the strict form.
    static func asking(_ options: ProviderOptions, isStrict: Bool, countsRows: Bool) throws -> SchemaAsking {
        let form: Form? = try options.word("schema-form")
        let isPlain = form.map { $0 == .plain } ?? !isStrict
        return SchemaAsking(
            isPlain ? .plain : .openAI, countsRows: isPlain || countsRows,
            way: try options.word("structured-output") ?? .format)
    }

    /// True for the address of OpenAI's own service.
    static func isOpenAI(_ address: String?) -> Bool {
        guard let host = address.flatMap({ URLComponents(string: $0)?.host?.lowercased() }) else { return false }
        return host == "api.openai.com" || host.hasSuffix(".api.openai.com")
    }
}
