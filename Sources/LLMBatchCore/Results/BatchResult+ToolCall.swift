extension BatchResult {
    /// A tool call that the model requests, in place of a text or in addition to it.
    ///
    /// ```swift
    /// for try await result in batch.results(.successful) {
    ///     for call in result.toolCalls where call.name == "get_weather" {
    ///         let asked = try JSONDecoder().decode(City.self, from: Data(call.arguments.utf8))
    ///     }
    /// }
    /// ```
    public struct ToolCall: Sendable, Hashable, Codable {
        /// The id of the call, for the tool message of the next turn; nil where the service gives none.
        public let id: String?
        /// The tool's name.
        public let name: String
        /// The arguments as the model wrote them: the text of a JSON object, or plain text for a custom tool. They may
        /// not match the tool's schema, and may not even be JSON.
        public let arguments: String

        public init(id: String?, name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }
}

extension BatchResult.ToolCall {
    /// Reads one of a message's `tool_calls`: a function or a custom tool.
    init?(call: JSONObject) {
        let called = call.object("function") ?? call.object("custom") ?? call
        self.init(called, id: call.string("id"))
    }

    /// Reads an object that names a tool and has `arguments` (a string, or an object from some services) or `input`.
    init?(_ called: JSONObject, id: String?) {
        guard let name = called.string("name"), !name.isEmpty else { return nil }
        let key = called.has("arguments") ? "arguments" : "input"
        let arguments = called.string(key) ?? called.raw(key).map { String(decoding: $0, as: UTF8.self) } ?? ""
        self.init(id: id.flatMap { $0.isEmpty ? nil : $0 }, name: name, arguments: arguments)
    }
}
