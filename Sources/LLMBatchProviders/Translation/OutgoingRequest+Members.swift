import LLMBatchCore

extension OutgoingRequest {
    /// Checks a body that is sent unchanged. Without a required member it would fail a day later, and at some services take
    /// the whole job with it.
    ///
    /// - Throws: a refusal that names the missing member.
    func checkMembers() throws(RequestRefusal) {
        let endpoint = request.endpoint
        guard let body = try? JSONObject(Array(request.body(model: nil))) else { return }
        let needed = Self.needed(at: endpoint)
        guard needed.isEmpty || needed.contains(where: { body.has($0) }) else {
            throw RequestRefusal(field: needed[0], "is missing: a request to \(endpoint) needs it")
        }
        // A stored prompt names its model, and moderations have a default model.
        guard endpoint != .moderations, !(endpoint == .responses && body.has("prompt")) else { return }
        guard let name = model ?? request.model, !name.isEmpty else {
            throw RequestRefusal(field: "model", "is missing: every batch requires it")
        }
    }

    /// The members of which a body needs one.
    private static func needed(at endpoint: Endpoint) -> [String] {
        switch endpoint {
        case .chatCompletions: ["messages"]
        case .completions: ["prompt"]
        case .embeddings, .moderations: ["input"]
        case .responses: ["input", "prompt", "previous_response_id", "conversation"]
        default: []
        }
    }
}
