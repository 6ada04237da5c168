import LLMBatchCore

/// One turn of a chat.
struct ChatMessage {
    /// Who speaks.
    enum Role: Hashable {
        /// Instructions, whether they are called the system's or the developer's.
        case system
        case user
        case assistant
        /// The answer of a function to this call, which an earlier turn made.
        case tool(ChatCall)
    }

    let role: Role
    /// What is said; empty only in a turn that does nothing but call.
    let parts: [ChatPart]
    /// The functions that the assistant calls.
    let calls: [ChatCall]
    /// Where it stands, for refusals: `messages[2]`.
    let field: String

    /// What is said where only text can be.
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
            throw RequestRefusal(field: "messages", "must hold more than instructions of the system")
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
                throw RequestRefusal(field: "\(field).tool_call_id", "names no call of an earlier message")
            }
            role = .tool(call)
        default: throw RequestRefusal(field: "\(field).role", "is none that this provider knows")
        }
        try node.refuseMembers(but: known, in: field)
        self.calls = calls
        // A turn that only calls has nothing to say, and says so as null or as an empty text.
        let content = node["content"] ?? .null
        let isSilent = !calls.isEmpty && (content == .null || content == "")
        parts = isSilent ? [] : try ChatPart.all(content, field: "\(field).content")
        if role != .user { _ = try texts() }
    }
}

/// A call of a function by the assistant.
struct ChatCall: Hashable {
    /// What the answer to it names.
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
