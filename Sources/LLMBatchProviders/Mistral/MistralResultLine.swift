import LLMBatchCore

/// Reads a line of results, which has the form of the OpenAI Batch API but for the errors in it, and for tool calls that
/// do not say of what type they are.
///
/// Source: mistralai 3.7.0 `models/toolcall.py`, where the type may be left out.
enum MistralResultLine {
    static func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        let line = LineSplitter.Line(number: source.line, bytes: bytes, isTooLong: false)
        guard let read = OpenAIResultLine.read(line, file: source.file, endpoint: endpoint) else {
            return .unreadable(source: source, reason: "the line is empty", line: bytes)
        }
        guard case .result(var result) = read else { return read }
        if result.outcome == .succeeded, let typed = typed(bytes) {
            result.line = typed
            result.nativeLine = bytes
        } else if result.error != nil, let response = (try? JSONObject(bytes))?.object("response"),
            let error = response.object("body").flatMap(MistralError.read)
        {
            result.error = error
        }
        return .result(result)
    }

    /// The line with the type of every tool call; nil where nothing is missing.
    private static func typed(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.firstRange(of: Array("\"tool_calls\"".utf8)) != nil, var line = try? JSONNode(bytes),
            var response = line["response"], var body = response["body"], case .array(let choices)? = body["choices"]
        else { return nil }
        let mended = choices.map(typed)
        guard mended != choices else { return nil }
        body["choices"] = .array(mended)
        response["body"] = body
        line["response"] = response
        return line.json
    }

    private static func typed(_ choice: JSONNode) -> JSONNode {
        guard var message = choice["message"], case .array(let calls)? = message["tool_calls"] else { return choice }
        message["tool_calls"] = .array(
            calls.map { call in
                guard call["type"]?.text != "function" else { return call }
                var call = call
                call["type"] = "function"
                return call
            })
        var choice = choice
        choice["message"] = message
        return choice
    }
}
