import LLMBatchCore
import LLMBatchProviders

/// What services send, by ``WireReader``.
extension FuzzTarget {
    static let wireTargets = WireReader.allCases.map { reader in
        FuzzTarget(reader.targetName) { bytes in
            for endpoint in [Endpoint.chatCompletions, .embeddings] {
                for case .result(let result) in reader.read(bytes, endpoint: endpoint) { use(result) }
            }
        }
    }
}

extension WireReader {
    /// `openAIResult` is `openai-result`.
    fileprivate var targetName: String {
        rawValue.replacing("AI", with: "ai").replacing("URL", with: "url").map { letter in
            letter.isUppercase ? "-\(letter.lowercased())" : String(letter)
        }.joined()
    }
}
