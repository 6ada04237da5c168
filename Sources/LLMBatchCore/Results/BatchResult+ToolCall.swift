extension BatchResult {
    /// A tool that the model wants called, in place of a text or beside it.
    ///
    /// ```swift
    /// for try await result in batch.results(.successful) {
    ///     for call in result.toolCalls where call.name == "get_weather" {
    ///         let asked = try JSONDecoder().decode(City.self, from: Data(call.arguments.utf8))
    ///     }
    /// }
    /// ```
    public struct ToolCall: Sendable, Hashable, Codable {
        /// The call's id, which the next turn's tool message names; nil where the service gives none.
        public let id: String?
        /// The tool's name.
        public let name: String
        /// Its arguments as the model wrote them: the text of a JSON object, or plain text for a custom tool. It may not fit
        /// the tool's schema, or not be JSON at all.
        public let arguments: String

        /// Makes a call.
        public init(id: String?, name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }
}

extension BatchResult.ToolCall {
    /// One of the `tool_calls` of a message: a function's, or a custom tool's.
    init?(call: JSONObject) {
        let called = call.object("function") ?? call.object("custom") ?? call
        self.init(called, id: call.string("id"))
    }

    /// What names a tool and has its `arguments` (a text, or with some services an object) or its `input`.
    init?(_ called: JSONObject, id: String?) {
        guard let name = called.string("name"), !name.isEmpty else { return nil }
        let key = called.has("arguments") ? "arguments" : "input"
        let arguments = called.string(key) ?? called.raw(key).map { String(decoding: $0, as: UTF8.self) } ?? ""
        self.init(id: id.flatMap { $0.isEmpty ? nil : $0 }, name: name, arguments: arguments)
    }
}
