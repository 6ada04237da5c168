import Foundation
import LLMBatchCore

/// The options that say how a service of OpenAI's API is asked for an answer of a schema.
enum SchemaOptions {
    /// By name, each with what it is for.
    static let descriptions = [
        "schema-form":
            "the form of a job's schema: strict (OpenAI's), or plain (the whole schema); plain for other addresses",
        "structured-output":
            "how a job asks for its schema: format, object (any JSON object, the schema in words) or none (words alone)",
    ]

    private enum Form: String, CaseIterable { case strict, plain }

    /// What the options ask for; where they say nothing, OpenAI's own service gets its strict form.
    ///
    /// - Parameter isStrict: whether the service is known to take the strict form.
    static func asking(_ options: ProviderOptions, isStrict: Bool, countsRows: Bool) throws -> SchemaAsking {
        let form: Form? = try options.word("schema-form")
        let isPlain = form.map { $0 == .plain } ?? !isStrict
        return SchemaAsking(
            isPlain ? .plain : .openAI, countsRows: isPlain || countsRows,
            way: try options.word("structured-output") ?? .format)
    }

    /// True of the address of OpenAI's own service.
    static func isOpenAI(_ address: String?) -> Bool {
        guard let host = address.flatMap({ URLComponents(string: $0)?.host?.lowercased() }) else { return false }
        return host == "api.openai.com" || host.hasSuffix(".api.openai.com")
    }
}

extension BatchLimits {
    /// The same limits with the way in which a schema is asked for.
    func asking(_ asking: SchemaAsking) -> BatchLimits {
        var limits = self
        limits.schemas = asking.dialect == .openAI ? nil : asking.dialect
        limits.countsRows = asking.countsRows
        limits.structuredOutput = asking.way
        return limits
    }
}
