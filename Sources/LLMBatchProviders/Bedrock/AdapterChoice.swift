import LLMBatchCore
import Synchronization

/// Which adapter a provider uses for a model, found once for each.
final class AdapterChoice: Sendable {
    private let adapters: BedrockAdapters
    private let forced: (any BedrockModelAdapter)?
    private let found = Mutex<[String: any BedrockModelAdapter]>([:])

    /// - Parameters:
    ///   - family: the family of models whose ARN does not tell it.
    ///   - isConverse: one form for all models.
    init(_ adapters: BedrockAdapters, family: String?, isConverse: Bool) throws {
        self.adapters = adapters
        let named = try family.map { family in
            guard let example = BedrockAdapters.examples[family] else {
                throw LLMBatchError(
                    .invalidConfiguration, "bedrock knows no family \"\(family)\"",
                    hint: "It knows: \(BedrockAdapters.examples.keys.sorted().joined(separator: ", "))")
            }
            return adapters.adapter(for: example)
        }
        forced = isConverse ? ConverseAdapter(takesTools: false) : named
    }

    func adapter(for model: String) -> any BedrockModelAdapter {
        if let forced { return forced }
        return found.withLock { found in
            if let adapter = found[model] { return adapter }
            let adapter = adapters.adapter(for: model)
            found[model] = adapter
            return adapter
        }
    }

    /// The adapter that asks a model for what an endpoint gives.
    ///
    /// - Throws: a refusal when it does not: an answer that nobody can read would be paid for all the same.
    func adapter(for model: String, at endpoint: Endpoint) throws(RequestRefusal) -> any BedrockModelAdapter {
        let adapter = adapter(for: model)
        guard adapter.endpoints.contains(endpoint) else {
            throw RequestRefusal(field: "model", "is \(model), which cannot be asked for \(endpoint) here")
        }
        return adapter
    }
}
