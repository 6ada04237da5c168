import LLMBatchCore

/// One turn of a chat.
struct ChatMessage {
    /// The author of a turn.
    enum Role: Hashable {
        /// Instructions, with the role `system` or `developer`.
        case system
        case user
        case assistant
        /// A function's answer to this call of an earlier turn.
        case tool(ChatCall)
    }

    let role: Role
    /// The content; empty only in a turn that consists of calls.
    let parts: [ChatPart]
    /// The assistant's function calls.
    let calls: [ChatCall]
    /// Its location, for refusals: `messages[2]`.
    let field: String

    /// The content where only text is allowed.
    func texts() throws(RequestRefusal) -> [String] {
        var texts: [String] = []
        for part in parts {
            guard case .text(let text) = part.content else {
                throw RequestRefusal(field: "\(part.field).type", "must be text here")
            }
            texts.append(text)
        }
        return texts
    }

    /// Every turn of a request.
    static func all(_ list: JSONNode?) throws(RequestRefusal) -> [ChatMessage] {
        guard let list = list?.elements else {
            throw RequestRefusal(field: "messages", "must be a list of messages")
        }
        guard !list.isEmpty else { throw RequestRefusal(field: "messages", "is empty") }
        var messages: [ChatMessage] = []
        for (index, node) in list.enumerated() {
            messages.append(try ChatMessage(node, field: "messages[\(index)]", after: messages))
        }
        guard messages.contains(where: { $0.role != .system }) else {
            throw RequestRefusal(field: "messages", "must contain more than system messages")
        }
        return messages
    }

    private init(_ node: JSONNode, field: String, after earlier: [ChatMessage]) throws(RequestRefusal) {
        self.field = field
        var known: Set = ["role", "content"]
        var calls: [ChatCall] = []
        switch node["role"]?.text {
        case "system", "developer": role = .system
        case "user": role = .user
        case "assistant":
            role = .assistant
            known.insert("tool_calls")
            for (index, call) in (node["tool_calls"]?.elements ?? []).enumerated() {
                calls.append(try ChatCall(call, field: "\(field).tool_calls[\(index)]"))
            }
        case "tool":
            known.insert("tool_call_id")
            let id = node["tool_call_id"]?.text
            guard let call = earlier.lazy.flatMap(\.calls).last(where: { $0.id == id }) else {
                throw RequestRefusal(field: "\(field).tool_call_id", "does not match a call of an earlier message")
            }
            role = .tool(call)
        default: throw RequestRefusal(field: "\(field).role", "is not supported by this provider")
        }
        try node.refuseMembers(but: known, in: field)
        self.calls = calls
        // A turn that consists of calls has null or an empty text as its content.
        let content = node["content"] ?? .null
        let isSilent = !calls.isEmpty && (content == .null || content == "")
        parts = isSilent ? [] : try ChatPart.all(content, field: "\(field).content")
        if role != .user { _ = try texts() }
    }
}

/// A function call by the assistant.
struct ChatCall: Hashable {
    /// The id that its answer refers to.
    let id: String
    let name: String
    /// A JSON object.
    let arguments: JSONNode

    fileprivate init(_ call: JSONNode, field: String) throws(RequestRefusal) {
        guard let name = call["function"]?["name"]?.text else {
            throw RequestRefusal(field: "\(field).function.name", "is missing")
        }
        let text = call["function"]?["arguments"]?.text ?? "{}"
        guard let arguments = try? JSONNode(Array((text.isEmpty ? "{}" : text).utf8)), arguments.members != nil else {
            throw RequestRefusal(field: "\(field).function.arguments", "must be the text of a JSON object")
        }
        guard let id = call["id"]?.text else { throw RequestRefusal(field: "\(field).id", "is missing") }
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
