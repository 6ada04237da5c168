import LLMBatchCore

/// Reads an output row: the input row with `response` and `status`, which is empty on success.
enum VertexResultLine {
    static func read(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        let idKey = VertexRow.idKey(at: endpoint)
        guard bytes.isUTF8, let line = try? JSONObject(bytes) else {
            return OpenAIResultLine.unreadable(bytes, source, "the line is not JSON", idKey: idKey)
        }
        if let id = WireReading.filled(line.string("custom_id")) {
            return .result(claude(line, native: bytes, id: CustomID(id), endpoint: endpoint, source: source))
        }
        let request = line.object("request")
        let found = line.string("key") ?? request?.object("labels")?.string(VertexRow.idLabel)
        guard let id = WireReading.filled(found) else {
            return OpenAIResultLine.unreadable(bytes, source, "the line has no id", idKey: idKey)
        }
        return .result(gemini(line, native: bytes, id: CustomID(id), endpoint: endpoint, source: source))
    }

    private static func gemini(
        _ line: JSONObject, native: [UInt8], id: CustomID, endpoint: Endpoint, source: ResultSource
    ) -> IncomingResult {
        if let failed = failure(line, native: native, id: id, source: source) { return failed }
        guard let response = line.object("response") else { return silent(native, id, source) }
        return GeminiResultLine.answer(response, native: native, customID: id, endpoint: endpoint, source: source)
    }

    private static func claude(
        _ line: JSONObject, native: [UInt8], id: CustomID, endpoint: Endpoint, source: ResultSource
    ) -> IncomingResult {
        if let failed = failure(line, native: native, id: id, source: source) { return failed }
        guard let response = line.object("response") else { return silent(native, id, source) }
        if response.string("type") == "error", let error = response.object("error") {
            let code = error.string("type") ?? "error"
            return OpenAIResultLine.translated(
                native: native, id: nil, customID: id, outcome: .errored, statusCode: AnthropicCode.status(of: code),
                error: ResultError(code: code, message: error.string("message") ?? "no reason was given"),
                source: source)
        }
        let answer = AnthropicAnswer.read(response, id: id.rawValue)
        return OpenAIResultLine.translated(
            native: native, id: answer.requestID, customID: id, endpoint: endpoint, answer: answer, source: source)
    }

    private static func failure(
        _ line: JSONObject, native: [UInt8], id: CustomID, source: ResultSource
    ) -> IncomingResult? {
        guard let text = WireReading.filled(line.string("status")) else { return nil }
        let (error, status) = VertexStatus.read(text)
        return OpenAIResultLine.translated(
            native: native, id: nil, customID: id, outcome: GoogleCode.outcome(error), statusCode: status, error: error,
            source: source)
    }

    private static func silent(_ native: [UInt8], _ id: CustomID, _ source: ResultSource) -> IncomingResult {
        OpenAIResultLine.translated(
            native: native, id: nil, customID: id, outcome: .errored,
            error: ResultError(code: "no_response", message: "the row has neither a response nor a status"),
            source: source)
    }
}

/// The `status` of a failed row: free text, often with a Google error object in it.
enum VertexStatus {
    static func read(_ text: String) -> (error: ResultError, status: Int?) {
        if let brace = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"), brace < end,
            let object = try? JSONObject(Array(text[brace...end].utf8))
        {
            let error = object.object("error") ?? object
            if error.has("code") || error.has("status") {
                let (read, status) = GoogleCode.read(error)
                return (ResultError(code: read.code, message: error.string("message") ?? text), status)
            }
        }
        // `RESOURCE_EXHAUSTED: …`
        let word = text.prefix { $0.isLetter || $0 == "_" }.uppercased()
        let status = GoogleCode.status(ofWord: word)
        return (ResultError(code: status == nil ? "row_failed" : word, message: text), status)
    }
}
