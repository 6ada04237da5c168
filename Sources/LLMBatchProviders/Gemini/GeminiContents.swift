import LLMBatchCore

/// The messages of a chat in the words of `generateContent`: a system instruction, and turns of the user and the model.
struct GeminiContents {
    /// The parts of the system instruction.
    private(set) var system: [JSONNode] = []
    /// The `contents`.
    private(set) var turns: [JSONNode] = []
    /// The function that each call was of: an answer names the call, and must name the function there.
    private var functions: [String: String] = [:]
    /// Answers of functions that stand together are one turn.
    private var answers: [JSONNode] = []

    init(_ messages: JSONNode?) throws(RequestRefusal) {
        guard let messages = messages?.elements, !messages.isEmpty else {
            throw RequestRefusal(field: "messages", "must be a list of messages")
        }
        for (index, message) in messages.enumerated() { try add(message, "messages[\(index)]") }
        endAnswers()
        guard !turns.isEmpty else {
            throw RequestRefusal(field: "messages", "must hold more than instructions of the system")
        }
    }

    private mutating func add(_ message: JSONNode, _ field: String) throws(RequestRefusal) {
        let role = message["role"]?.text
        if role != "tool" { endAnswers() }
        switch role {
        case "system", "developer":
            try refuseOthers(message, field, known: ["role", "content"])
            guard turns.isEmpty else {
                throw RequestRefusal(field: "\(field).role", "is system after the first turn, which cannot be said")
            }
            system += try Self.parts(message["content"], "\(field).content", onlyText: true)
        case "user":
            try refuseOthers(message, field, known: ["role", "content"])
            let parts = try Self.parts(message["content"], "\(field).content", onlyText: false)
            turns.append(["role": "user", "parts": .array(parts)])
        case "assistant":
            try refuseOthers(message, field, known: ["role", "content", "tool_calls"])
            turns.append(["role": "model", "parts": .array(try said(message, field))])
        case "tool":
            try refuseOthers(message, field, known: ["role", "content", "tool_call_id"])
            answers.append(try answer(message, field))
        default: throw RequestRefusal(field: "\(field).role", "is none that this provider knows")
        }
    }

    private mutating func endAnswers() {
        guard !answers.isEmpty else { return }
        turns.append(["role": "user", "parts": .array(answers)])
        answers = []
    }

    private func refuseOthers(_ message: JSONNode, _ field: String, known: Set<String>) throws(RequestRefusal) {
        let other = message.members?.first { !known.contains($0.key) && $0.value != .null && $0.value != .array([]) }
        if let other { throw RequestRefusal(field: "\(field).\(other.key)", "cannot be asked of this provider") }
    }

    private mutating func said(_ message: JSONNode, _ field: String) throws(RequestRefusal) -> [JSONNode] {
        let calls = message["tool_calls"]?.elements ?? []
        var parts: [JSONNode] = []
        if let content = message["content"], content != .null, content != .string("") || calls.isEmpty {
            parts = try Self.parts(content, "\(field).content", onlyText: true)
        }
        for (index, call) in calls.enumerated() {
            let place = "\(field).tool_calls[\(index)]"
            guard let name = call["function"]?["name"]?.text else {
                throw RequestRefusal(field: "\(place).function.name", "is missing")
            }
            let arguments = call["function"]?["arguments"]?.text ?? "{}"
            guard let args = try? JSONNode(Array(arguments.utf8)), args.members != nil else {
                throw RequestRefusal(field: "\(place).function.arguments", "must be the text of a JSON object")
            }
            if let id = call["id"]?.text { functions[id] = name }
            parts.append(["functionCall": ["name": .string(name), "args": args]])
        }
        guard !parts.isEmpty else { throw RequestRefusal(field: "\(field).content", "is missing") }
        return parts
    }

    private func answer(_ message: JSONNode, _ field: String) throws(RequestRefusal) -> JSONNode {
        guard let name = message["tool_call_id"]?.text.flatMap({ functions[$0] }) else {
            throw RequestRefusal(field: "\(field).tool_call_id", "names no call of an earlier message")
        }
        let parts = try Self.parts(message["content"], "\(field).content", onlyText: true)
        let text = parts.compactMap { $0["text"]?.text }.joined()
        // The service takes an object; a text is put into one.
        let object = (try? JSONNode(Array(text.utf8))).flatMap { $0.members == nil ? nil : $0 }
        return ["functionResponse": ["name": .string(name), "response": object ?? ["result": .string(text)]]]
    }

    private static func parts(
        _ content: JSONNode?, _ field: String, onlyText: Bool
    ) throws(RequestRefusal) -> [JSONNode] {
        if let text = content?.text { return [["text": .string(text)]] }
        guard let elements = content?.elements, !elements.isEmpty else {
            throw RequestRefusal(field: field, "must be a text or a list of parts")
        }
        var parts: [JSONNode] = []
        for (index, element) in elements.enumerated() {
            let part = try GeminiPart.node(element, "\(field)[\(index)]")
            guard !onlyText || part["text"] != nil else {
                throw RequestRefusal(field: "\(field)[\(index)].type", "must be text here")
            }
            parts.append(part)
        }
        return parts
    }
}

/// One part of a message's content.
enum GeminiPart {
    static func node(_ part: JSONNode, _ field: String) throws(RequestRefusal) -> JSONNode {
        switch part["type"]?.text {
        case "text":
            guard let text = part["text"]?.text else { throw RequestRefusal(field: "\(field).text", "is missing") }
            return ["text": .string(text)]
        case "image_url": return try image(part["image_url"], "\(field).image_url")
        case "input_audio":
            guard let data = part["input_audio"]?["data"]?.text, let format = part["input_audio"]?["format"]?.text
            else { throw RequestRefusal(field: "\(field).input_audio", "must have data and format") }
            return inline("audio/\(format)", data)
        case "file":
            guard let (type, data) = part["file"]?["file_data"]?.text.flatMap(dataURL) else {
                throw RequestRefusal(field: "\(field).file", "must hold its bytes in file_data, as a data: URL")
            }
            return inline(type, data)
        default: throw RequestRefusal(field: "\(field).type", "is none that this provider knows")
        }
    }

    private static func image(_ image: JSONNode?, _ field: String) throws(RequestRefusal) -> JSONNode {
        if let detail = image?["detail"], detail != .null, detail != "auto" {
            throw RequestRefusal(field: "\(field).detail", "cannot be asked of this provider")
        }
        guard let (type, data) = image?["url"]?.text.flatMap(dataURL) else {
            throw RequestRefusal(field: "\(field).url", "must be a data: URL in Base64: this provider fetches nothing")
        }
        return inline(type, data)
    }

    private static func inline(_ type: String, _ data: String) -> JSONNode {
        ["inlineData": ["mimeType": .string(type), "data": .string(data)]]
    }

    /// The type and the Base64 text of `data:TYPE;base64,TEXT`.
    private static func dataURL(_ text: String) -> (String, String)? {
        guard text.hasPrefix("data:"), let comma = text.firstIndex(of: ",") else { return nil }
        let head = text[text.index(text.startIndex, offsetBy: 5)..<comma]
        guard head.hasSuffix(";base64"), let type = head.split(separator: ";").first, type.contains("/") else {
            return nil
        }
        return (String(type), String(text[text.index(after: comma)...]))
    }
}
