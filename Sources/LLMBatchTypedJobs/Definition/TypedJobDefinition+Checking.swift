import LLMBatchCore
import LLMBatchSchema
import Foundation

extension TypedJobDefinition {
    /// Members of a request's body that the job writes itself.
    private static let ownMembers: Set<String> = [
        "messages", "response_format", "input", "stream", "tools", "tool_choice", "n",
    ]

    /// Validates the definition.
    ///
    /// - Throws: `invalidConfiguration` with the invalid value.
    func check() throws(LLMBatchError) {
        if case .embedding(let member) = output {
            guard !member.isEmpty else { throw Self.refusal("an embeddings job needs the name of the member to embed") }
        } else {
            guard !prompt.allSatisfy(\.isWhitespace) else { throw Self.refusal("the prompt of a job is blank") }
        }
        guard batchSize >= 1 else { throw Self.refusal("batchSize is \(batchSize); it must be at least 1") }
        guard maxRetries >= 0 else { throw Self.refusal("maxRetries is \(maxRetries); it must be at least 0") }
        if let member = parameters.keys.sorted().first(where: Self.ownMembers.contains) {
            throw Self.refusal("the parameters contain \"\(member)\", which the job writes itself")
        }
    }

    static func refusal(_ message: String) -> LLMBatchError { LLMBatchError(.invalidConfiguration, message) }
}
