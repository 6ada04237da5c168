import LLMBatchCore

/// The messages of a chat in the Messages API's format: instructions, and turns of the user and the assistant.
struct AnthropicMessages {
    /// The instructions, as one text or as several blocks.
    var system: JSONNode? {
        guard instructions.count != 1 else { return .string(instructions[0]) }
        return instructions.isEmpty ? nil : .array(instructions.map(Self.text))
    }
    /// The `messages`.
    private(set) var turns: [JSONNode] = []
    private var instructions: [String] = []
    /// Consecutive function answers form one turn, as the service requires for parallel calls.
    private var answers: [JSONNode] = []

    init(_ messages: [ChatMessage]) throws(RequestRefusal) {
        for message in messages { try add(message) }
        endAnswers()
    }

    private mutating func add(_ message: ChatMessage) throws(RequestRefusal) {
        if case .tool(let call) = message.role {
            let content = try Self.content(message)
            answers.append(["type": "tool_result", "tool_use_id": .string(call.id), "content": content])
            return
        }
        endAnswers()
        switch message.role {
        case .system:
            guard turns.isEmpty else {
                throw RequestRefusal(
                    field: "\(message.field).role", "is system after the first turn, which is not supported")
            }
            instructions += try message.texts()
        case .user: turns.append(["role": "user", "content": try Self.content(message)])
        default: turns.append(["role": "assistant", "content": try Self.said(message)])
        }
    }

    private mutating func endAnswers() {
        guard !answers.isEmpty else { return }
        turns.append(["role": "user", "content": .array(answers)])
        answers = []
    }

    private static func said(_ message: ChatMessage) throws(RequestRefusal) -> JSONNode {
        guard !message.calls.isEmpty else { return try content(message) }
        var blocks = try message.texts().map(text)
        for (index, call) in message.calls.enumerated() {
            guard !call.id.isEmpty, IDRule(.token).allows(CustomID(call.id)) else {
                throw RequestRefusal(
                    field: "\(message.field).tool_calls[\(index)].id",
                    "must be of letters, digits, _ and - for this provider")
            }
            blocks.append([
                "type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": call.arguments,
            ])
        }
        return .array(blocks)
    }

    /// A plain text if possible, else blocks.
    private static func content(_ message: ChatMessage) throws(RequestRefusal) -> JSONNode {
        if message.parts.count == 1, case .text(let text) = message.parts[0].content { return .string(text) }
        var blocks: [JSONNode] = []
        for part in message.parts { blocks.append(try block(part)) }
        return .array(blocks)
    }

    private static func block(_ part: ChatPart) throws(RequestRefusal) -> JSONNode {
        switch part.content {
        case .text(let text): return Self.text(text)
        case .image(.inline(let type, let data)):
            return ["type": "image", "source": base64(type, data)]
        case .image(.address(let address)):
            guard address.hasPrefix("https://") || address.hasPrefix("http://") else {
                throw RequestRefusal(field: "\(part.field).image_url.url", "must be an http(s) address or a data: URL")
            }
            return ["type": "image", "source": ["type": "url", "url": .string(address)]]
        case .file(.inline("application/pdf", let data), let name):
            var block: JSONNode = ["type": "document", "source": base64("application/pdf", data)]
            block["title"] = name.map { .string($0) }
            return block
        case .file:
            throw RequestRefusal(field: "\(part.field).file", "must be a PDF as a data: URL for this provider")
        case .audio:
            throw RequestRefusal(field: "\(part.field).type", "is input_audio, which this provider does not support")
        }
    }

    private static func text(_ text: String) -> JSONNode { ["type": "text", "text": .string(text)] }

    private static func base64(_ type: String, _ data: String) -> JSONNode {
        ["type": "base64", "media_type": .string(type), "data": .string(data)]
    }
}
