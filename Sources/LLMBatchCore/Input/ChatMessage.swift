/// One message of a chat request.
public struct ChatMessage: Sendable, Hashable {
    /// The role of the speaker: `user`, `system`, `assistant` and so on.
    public var role: String
    /// The text of the message.
    public var content: String

    public init(role: String, content: String) {
        self.role = role
        self.content = content
    }

    /// A message from the user.
    public static func user(_ content: String) -> ChatMessage { ChatMessage(role: "user", content: content) }
    /// An instruction to the model.
    public static func system(_ content: String) -> ChatMessage { ChatMessage(role: "system", content: content) }
    /// A message from the model.
    public static func assistant(_ content: String) -> ChatMessage { ChatMessage(role: "assistant", content: content) }

    var json: JSONValue { ["role": .string(role), "content": .string(content)] }
}
