import LLMBatchCore

/// The messages of a chat in the format of `generateContent`: a system instruction, and turns of the user and the model.
struct GeminiContents {
    /// The parts of the system instruction.
    private(set) var system: [JSONNode] = []
    /// The `contents`.
    private(set) var turns: [JSONNode] = []
    /// Consecutive function answers form one turn, in the order of the calls, because not every model reads ids.
    private var answers: [(call: ChatCall, part: JSONNode)] = []
    /// The calls of the last turn with calls.
    private var calls: [ChatCall] = []

    init(_ messages: [ChatMessage]) throws(RequestRefusal) {
        for message in messages { try add(message) }
        endAnswers()
    }

    private mutating func add(_ message: ChatMessage) throws(RequestRefusal) {
        if case .tool(let call) = message.role {
            answers.append((call, Self.answer(try message.texts().joined(), to: call)))
            return
        }
        endAnswers()
        var parts: [JSONNode] = []
        for part in message.parts { parts.append(try Self.part(part)) }
        if message.role == .system {
            guard turns.isEmpty else {
                throw RequestRefusal(
                    field: "\(message.field).role", "is system after the first turn, which is not supported")
            }
            system += parts
        } else {
            parts += message.calls.map {
                ["functionCall": ["id": .string($0.id), "name": .string($0.name), "args": $0.arguments]]
            }
            if !message.calls.isEmpty { calls = message.calls }
            turns.append(["role": message.role == .user ? "user" : "model", "parts": .array(parts)])
        }
    }

    private mutating func endAnswers() {
        guard !answers.isEmpty else { return }
        let order = Dictionary(calls.enumerated().map { ($1.id, $0) }) { first, _ in first }
        let sorted = answers.enumerated().sorted {
            (order[$0.element.call.id] ?? .max, $0.offset) < (order[$1.element.call.id] ?? .max, $1.offset)
        }
        turns.append(["role": "user", "parts": .array(sorted.map(\.element.part))])
        answers = []
    }

    /// The service requires an object, so a text is wrapped in one.
    private static func answer(_ text: String, to call: ChatCall) -> JSONNode {
        let object = (try? JSONNode(Array(text.utf8))).flatMap { $0.members == nil ? nil : $0 }
        let response = object ?? ["result": .string(text)]
        return ["functionResponse": ["id": .string(call.id), "name": .string(call.name), "response": response]]
    }

    private static func part(_ part: ChatPart) throws(RequestRefusal) -> JSONNode {
        switch part.content {
        case .text(let text): return ["text": .string(text)]
        case .image(.inline(let type, let data)), .file(.inline(let type, let data), _): return inline(type, data)
        case .audio(let data, let format): return inline("audio/\(format)", data)
        case .image(.address):
            throw RequestRefusal(
                field: "\(part.field).image_url.url", "must be a data: URL in Base64: this provider does not fetch URLs"
            )
        case .file(.address, _):
            throw RequestRefusal(field: "\(part.field).file", "must contain its bytes in file_data, as a data: URL")
        }
    }

    private static func inline(_ type: String, _ data: String) -> JSONNode {
        ["inlineData": ["mimeType": .string(type), "data": .string(data)]]
    }
}
