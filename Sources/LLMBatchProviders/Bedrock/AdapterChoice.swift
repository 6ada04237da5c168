import LLMBatchCore
import Synchronization

/// Chooses and caches the adapter of each model.
final class AdapterChoice: Sendable {
    private let adapters: BedrockAdapters
    private let forced: (any BedrockModelAdapter)?
    private let found = Mutex<[String: any BedrockModelAdapter]>([:])

    /// - Parameters:
    ///   - family: the family of models whose ARN does not show it.
    ///   - isConverse: whether all models use the Converse format.
    init(_ adapters: BedrockAdapters, family: String?, isConverse: Bool) throws {
        self.adapters = adapters
        let named = try family.map { family in
            guard let example = BedrockAdapters.examples[family] else {
                throw LLMBatchError(
                    .invalidConfiguration, "bedrock has no family \"\(family)\"",
                    remedy: "It knows: \(BedrockAdapters.examples.keys.sorted().joined(separator: ", "))")
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

    /// The adapter of a model for an endpoint.
    ///
    /// - Throws: a refusal when the adapter does not support the endpoint: an unreadable answer would be billed too.
    func adapter(for model: String, at endpoint: Endpoint) throws(RequestRefusal) -> any BedrockModelAdapter {
        let adapter = adapter(for: model)
        guard adapter.endpoints.contains(endpoint) else {
            throw RequestRefusal(field: "model", "is \(model), which does not support \(endpoint)")
        }
        return adapter
    }
}
