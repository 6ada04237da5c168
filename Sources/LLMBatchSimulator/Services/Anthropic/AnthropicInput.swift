import Foundation
import LLMBatchCore

/// The checks of Message Batches on their requests: some when a batch is created, the others while it runs.
enum AnthropicInput {
    /// Why a create call is rejected.
    struct Problem: Error {
        var status = 400
        var message: String
    }

    /// The requests of a create call.
    static func lines(of body: Data) throws(Problem) -> [InputLine] {
        guard body.count <= 256_000_000 else {
            throw Problem(status: 413, message: "Request exceeds the maximum allowed number of bytes.")
        }
        guard let requests = JSONNode(reading: body)?["requests"]?.elements else {
            throw Problem(message: "requests: Field required")
        }
        return try lines(of: requests)
    }

    static func lines(of requests: [JSONNode]) throws(Problem) -> [InputLine] {
        guard (1...100_000).contains(requests.count) else {
            throw Problem(message: "requests: List should have from 1 to 100000 items")
        }
        var lines: [InputLine] = []
        var seen: Set<String> = []
        for (index, request) in requests.enumerated() {
            let place = "requests.\(index)"
            guard request.isObject else { throw Problem(message: "\(place): Input should be a valid dictionary") }
            let id = request["custom_id"]?.text ?? ""
            guard id.wholeMatch(of: /[a-zA-Z0-9_-]{1,64}/) != nil else {
                throw Problem(message: "\(place).custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
            }
            guard seen.insert(id).inserted else { throw Problem(message: "\(place).custom_id: duplicate id") }
            guard let params = request["params"], params.isObject else {
                throw Problem(message: "\(place).params: Field required")
            }
            lines.append(
                InputLine(customID: id, model: params["model"]?.text, index: index, source: request.encoded))
        }
        return lines
    }

    /// The problem with a request's parameters that the service finds while the job runs; nil when there is none.
    static func objection(to line: InputLine) -> String? {
        guard let params = JSONNode(reading: line.source)?["params"] else { return "params: required" }
        for name in ["model", "max_tokens", "messages"] where params[name] == nil { return "\(name): Field required" }
        if let extra = params.members?.first(where: { !known.contains($0.key) }) {
            return "\(extra.key): Extra inputs are not permitted"
        }
        if params["stream"] == .bool(true) { return "stream: is not supported in batches" }
        if (params["max_tokens"]?.integer ?? 0) < 1 { return "max_tokens: Input should be greater than 0" }
        let roles = params["messages"]?.elements?.map { $0["role"]?.text ?? "" } ?? []
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
