import Foundation
import LLMBatchCore

/// The requests of a create call, with the checks that the service makes at once.
struct AnthropicInput {
    private(set) var lines: [InputLine] = []

    init(_ body: Data) throws(AnthropicRefusal) {
        guard body.count <= 256_000_000 else {
            throw AnthropicRefusal(
                status: 413, type: "request_too_large", message: "Request exceeds the maximum allowed number of bytes.")
        }
        guard let object = try? JSONObject(Array(body)), let elements = object.elements("requests") else {
            throw .invalid("requests: Field required")
        }
        guard (1...100_000).contains(elements.count) else {
            throw .invalid("requests: List should have from 1 to 100000 items")
        }
        var seen: Set<String> = []
        for (index, range) in elements.enumerated() {
            guard let request = try? JSONObject(object.bytes, in: range) else {
                throw .invalid("requests.\(index): Input should be a valid dictionary")
            }
            let id = request.string("custom_id") ?? ""
            guard IDRule(.token, longest: 64).allows(CustomID(id)) else {
                throw .invalid("requests.\(index).custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
            }
            guard seen.insert(id).inserted else { throw .invalid("requests.\(index).custom_id: duplicate id") }
            guard let params = request.object("params") else {
                throw .invalid("requests.\(index).params: Field required")
            }
            lines.append(
                InputLine(
                    customID: id, model: params.string("model"), index: index, source: Data(object.bytes[range])))
        }
    }

    /// The problem with a request's parameters that the service finds while the job runs; nil when there is none.
    static func objection(to line: InputLine) -> String? {
        guard let params = (try? JSONObject(Array(line.source)))?.object("params") else { return "params: required" }
        for name in ["model", "max_tokens", "messages"] where !params.has(name) { return "\(name): Field required" }
        if let extra = params.members.first(where: { !known.contains($0.key) }) {
            return "\(extra.key): Extra inputs are not permitted"
        }
        if params.raw("stream")?.elementsEqual("true".utf8) == true { return "stream: is not supported in batches" }
        if (params.integer("max_tokens") ?? 0) < 1 { return "max_tokens: Input should be greater than 0" }
        let roles = params.objects("messages")?.map { $0.string("role") ?? "" } ?? []
        guard !roles.isEmpty, roles.allSatisfy({ $0 == "user" || $0 == "assistant" }) else {
            return "messages: roles should be user or assistant"
        }
        return nil
    }

    /// Source: Anthropic API reference, "Messages".
    private static let known: Set = [
        "model", "max_tokens", "messages", "system", "metadata", "stop_sequences", "stream", "temperature", "top_k",
        "top_p", "tools", "tool_choice", "thinking", "output_config", "service_tier", "container", "mcp_servers",
        "context_management", "cache_control", "inference_geo",
    ]
}
