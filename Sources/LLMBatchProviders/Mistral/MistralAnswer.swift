import LLMBatchCore

/// The choices of an answer in OpenAI's format: chunks become one text without the reasoning, tool calls get a type, and
/// a model's own length limit becomes `length`.
///
/// Source: mistralai 3.7.0 `models/assistantmessage.py` (a content is a text or a list of chunks), `models/toolcall.py` (the
/// type may be left out), `models/chatcompletionchoice.py`.
struct MistralAnswer {
    private let line: JSONNode
    private let choices: [JSONNode]

    /// Nil for a line without choices.
    init?(line bytes: [UInt8]) {
        guard let line = try? JSONNode(bytes), case .array(let choices)? = line["response"]?["body"]?["choices"] else {
            return nil
        }
        self.line = line
        self.choices = choices
    }

    /// The line in OpenAI's format; nil if it is the same.
    var canonicalLine: [UInt8]? {
        let mended = choices.map(Self.canonical)
        guard mended != choices, var response = line["response"], var body = response["body"] else { return nil }
        body["choices"] = .array(mended)
        response["body"] = body
        var line = line
        line["response"] = response
        return line.json
    }

    private static func canonical(_ choice: JSONNode) -> JSONNode {
        var choice = choice
        if choice["finish_reason"]?.text == "model_length" { choice["finish_reason"] = "length" }
        guard var message = choice["message"] else { return choice }
        if case .array(let chunks)? = message["content"] {
            message["content"] = text(chunks)
            let thoughts = chunks.compactMap(thought).joined()
            if !thoughts.isEmpty { message["reasoning_content"] = .string(thoughts) }
        }
        if case .array(let calls)? = message["tool_calls"] { message["tool_calls"] = .array(calls.map(typed)) }
        choice["message"] = message
        return choice
    }

    /// The texts of the chunks, joined; null if none is a text.
    private static func text(_ chunks: [JSONNode]) -> JSONNode {
        let texts = chunks.compactMap { $0["type"]?.text == "text" ? $0["text"]?.text : nil }
        return texts.isEmpty ? .null : .string(texts.joined())
    }

    /// A thought is a text or a list of texts.
    private static func thought(_ chunk: JSONNode) -> String? {
        guard chunk["type"]?.text == "thinking", let thought = chunk["thinking"] else { return nil }
        return thought.text ?? thought.elements.map { $0.compactMap { $0["text"]?.text }.joined() }
    }

    private static func typed(_ call: JSONNode) -> JSONNode {
        guard call["type"]?.text != "function" else { return call }
        var call = call
        call["type"] = "function"
        return call
    }
}
