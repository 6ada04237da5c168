import LLMBatchCore

/// The messages of a chat in the format of `Converse`: instructions, and turns of the user and the assistant.
struct ConverseTurns {
    private(set) var system: [JSONNode] = []
    private(set) var turns: [JSONNode] = []
    /// Consecutive function answers form one turn.
    private var answers: [JSONNode] = []

    init(_ messages: [ChatMessage]) throws(RequestRefusal) {
        for message in messages { try add(message) }
        endAnswers()
    }

    private mutating func add(_ message: ChatMessage) throws(RequestRefusal) {
        if case .tool(let call) = message.role {
            let content = try message.texts().map { text -> JSONNode in ["text": .string(text)] }
            answers.append(["toolResult": ["toolUseId": .string(call.id), "content": .array(content)]])
            return
        }
        endAnswers()
        switch message.role {
        case .system:
            guard turns.isEmpty else {
                throw RequestRefusal(
                    field: "\(message.field).role", "is system after the first turn, which is not supported")
            }
            system += try message.texts().map { ["text": .string($0)] }
        case .user: turns.append(["role": "user", "content": .array(try Self.blocks(message))])
        default:
            let calls = message.calls.map { call -> JSONNode in
                ["toolUse": ["toolUseId": .string(call.id), "name": .string(call.name), "input": call.arguments]]
            }
            turns.append(["role": "assistant", "content": .array(try Self.blocks(message) + calls)])
        }
    }

    private mutating func endAnswers() {
        guard !answers.isEmpty else { return }
        turns.append(["role": "user", "content": .array(answers)])
        answers = []
    }

    private static func blocks(_ message: ChatMessage) throws(RequestRefusal) -> [JSONNode] {
        var blocks: [JSONNode] = []
        for part in message.parts { blocks.append(try block(part)) }
        return blocks
    }

    private static func block(_ part: ChatPart) throws(RequestRefusal) -> JSONNode {
        switch part.content {
        case .text(let text): return ["text": .string(text)]
        case .image(.inline(let type, let data)) where type.hasPrefix("image/"):
            return ["image": media(String(type.dropFirst(6)), data)]
        case .image:
            throw RequestRefusal(field: "\(part.field).image_url.url", "must be a data: URL of an image for this model")
        case .file(.inline("application/pdf", let data), let name):
            var document = media("pdf", data)
            document["name"] = .string(name ?? "document")
            return ["document": document]
        case .file: throw RequestRefusal(field: "\(part.field).file", "must be a PDF as a data: URL for this model")
        case .audio:
            throw RequestRefusal(field: "\(part.field).type", "is input_audio, which this model does not support")
        }
    }

    private static func media(_ format: String, _ data: String) -> JSONNode {
        ["format": .string(format), "source": ["bytes": .string(data)]]
    }
}
