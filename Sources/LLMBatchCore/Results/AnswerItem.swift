/// One output item of a response.
///
/// Source: OpenAI API reference, "The response object".
package struct AnswerItem {
    private let item: JSONObject
    private let type: String?

    package init(_ item: JSONObject) {
        self.item = item
        type = item.string("type")
    }

    /// Intermediate steps of a service, which are not part of an answer.
    private static let steps: Set<String> = [
        "reasoning", "web_search_call", "file_search_call", "code_interpreter_call", "mcp_call", "mcp_list_tools",
        "compaction",
    ]

    /// True when it has usable content.
    package var says: Bool {
        switch type {
        case "message", nil: contents.contains(where: \.says)
        case "image_generation_call": item.isFilled("result")
        case .some(let type): !Self.steps.contains(type)
        }
    }

    package var text: String? { joined(contents.compactMap(\.text)) }

    package var refusal: String? { joined(contents.compactMap(\.refusal)) }

    /// A summary of the reasoning, or the reasoning itself where a service returns it.
    package var reasoning: String? {
        guard type == "reasoning" else { return nil }
        let parts = (item.objects("summary") ?? []) + (item.objects("content") ?? [])
        return joined(parts.compactMap { $0.string("text") })
    }

    package var call: BatchResult.ToolCall? {
        guard let type, type.hasSuffix("_call"), item.isFilled("name") else { return nil }
        return BatchResult.ToolCall(item, id: item.string("call_id") ?? item.string("id"))
    }

    private var contents: [AnswerChunk] {
        type == "message" || type == nil ? item.objects("content")?.map(AnswerChunk.init) ?? [] : []
    }

    private func joined(_ parts: [String]) -> String? { parts.isEmpty ? nil : parts.joined() }
}
