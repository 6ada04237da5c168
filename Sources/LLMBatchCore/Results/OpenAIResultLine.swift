/// Reads and writes one line of results in the OpenAI batch format, the canonical form of a result.
///
/// Source: OpenAI Batch API reference, "The request output object", and observed behavior of the service.
package enum OpenAIResultLine {
    /// Parses a line of a result file. A defect in the line does not affect other lines.
    package static func read(_ line: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        let bytes = JSONText.withoutMark(line)
        guard bytes.isUTF8 else {
            return unreadable(bytes, source, "the line is not valid UTF-8")
        }
        let object: JSONObject
        do throws(JSONSyntaxError) {
            object = try JSONObject(bytes)
        } catch {
            return unreadable(bytes, source, "the line is not JSON: \(error)")
        }
        guard let id = object.string("custom_id") else {
            return unreadable(bytes, source, "the line has no custom_id")
        }
        var result = judge(object, endpoint: endpoint, customID: CustomID(id), source: source)
        result.line = bytes
        if let unquoted = unquoted(object) {
            result.line = unquoted
            result.nativeLine = bytes
        }
        return .result(result)
    }

    /// The line with its body as an object, where the body is a string that contains one, so that every reader finds it
    /// there.
    private static func unquoted(_ object: JSONObject) -> [UInt8]? {
        guard let response = object.object("response"), let raw = response.raw("body"),
            raw.first == UInt8(ascii: "\""), let body = AnswerBody(raw)
        else { return nil }
        let text = JSONText.onOneLine(Array(body.object.text))
        return object.replacing("response", with: response.replacing("body", with: text))
    }

    /// A line that cannot be read, with its custom id if that is still readable.
    ///
    /// - Parameter idKey: the member that names the request in the provider's lines; a dotted path where it is nested.
    package static func unreadable(
        _ bytes: [UInt8], _ source: ResultSource, _ reason: String, idKey: String = "custom_id"
    ) -> ReceivedLine {
        let place = "\(reason) (line \(source.line) of the \(source.file) file)"
        let kept = Array(bytes.prefix(LineSplitter.keptOfTooLong))
        return .unreadable(source: source, reason: place, line: kept, customID: SalvagedID.find(idKey, in: kept))
    }

    /// The error code of results whose line could not be read; the stored bytes are not JSON.
    package static let unreadableCode = "unreadable_result"

    private static func judge(
        _ object: JSONObject, endpoint: Endpoint, customID: CustomID, source: ResultSource
    ) -> IncomingResult {
        func ended(_ outcome: Outcome, _ status: Int?, _ error: ResultError?, _ usage: TokenUsage = .init())
            -> IncomingResult
        {
            IncomingResult(
                customID: customID, outcome: outcome, statusCode: status, error: error, usage: usage, source: source)
        }
        if let error = object.reportedError {
            return ended(outcome(ofCode: error.code), object.object("response")?.status("status_code"), error)
        }
        guard let response = object.object("response") else {
            return ended(
                .errored, nil, ResultError(code: "no_response", message: "the line has neither a response nor an error")
            )
        }
        let status = response.status("status_code")
        let raw = response.raw("body")
        let body = raw.flatMap(AnswerBody.init)
        // A line without a status is judged by its body.
        if let status, !(200..<300).contains(status) {
            let said = raw.flatMap { ErrorBody(Array($0)) }
            let silent = ResultError(
                code: "http_\(status)", message: "the provider answered HTTP \(status) without a reason")
            let error = said?.result(status: status, code: silent.code) ?? silent
            return ended(outcome(ofCode: error.code), status, error, body?.usage ?? TokenUsage())
        }
        guard let body else { return ended(.errored, status, unreadableBody(raw)) }
        let objection = body.objection(endpoint: endpoint)
        return ended(objection == nil ? .succeeded : .errored, status, objection, body.usage)
    }

    /// Why a success without an object as its body has no answer.
    private static func unreadableBody(_ raw: ArraySlice<UInt8>?) -> ResultError {
        let said = raw.flatMap { ErrorBody(Array($0)) }
        return ResultError(
            code: said?.code ?? "unreadable_body",
            message: "the response has no readable body" + (said?.message.map { ": \($0)" } ?? ""))
    }

    private static func outcome(ofCode code: String) -> Outcome {
        switch code {
        case "batch_expired": .expired
        case "batch_cancelled", "batch_canceled": .cancelled
        default: .errored
        }
    }

    // MARK: - Writing

    /// Builds the line of a realtime answer around the bytes of its body.
    package static func compose(id: String, customID: CustomID, answer: RealtimeAnswer) -> [UInt8] {
        var line = Array("{\"id\":".utf8) + JSONText.quoted(id)
        line += Array(",\"custom_id\":".utf8) + JSONText.quoted(customID.rawValue)
        line += Array(",\"response\":{\"status_code\":\(answer.statusCode),\"request_id\":".utf8)
        line += JSONText.quoted(answer.requestID ?? id)
        line += Array(",\"body\":".utf8) + body(of: answer) + Array("},\"error\":null}".utf8)
        return line
    }

    /// The body as received; for a body that is not JSON, an error that says so and keeps its beginning.
    private static func body(of answer: RealtimeAnswer) -> [UInt8] {
        let bytes = JSONText.withoutMark(answer.body)
        if let body = AnswerBody(bytes[...]), body.isQuoted { return JSONText.onOneLine(Array(body.object.text)) }
        if bytes.isUTF8, JSONText.isJSON(bytes) { return JSONText.onOneLine(bytes) }
        let isGood = (200..<300).contains(answer.statusCode)
        let words = BodyText.words(bytes, longest: 2000)
        let page = words.map { BodyText.isPage(bytes) ? "an HTML page: \($0)" : $0 }
        let error: JSONValue = [
            "code": isGood ? "not_json" : .string("http_\(answer.statusCode)"),
            "message": .string(
                page ?? (bytes.isEmpty ? "the body is empty" : "the body is not JSON and has no readable text")),
            "body": .string(String(decoding: bytes.prefix(2000), as: UTF8.self)),
        ]
        return JSONValue.object(["error": error]).json
    }

    /// Builds the line of a request for which the provider sent no line.
    package static func compose(id: String, customID: CustomID, error: ResultError) -> [UInt8] {
        Array("{\"id\":".utf8) + JSONText.quoted(id) + Array(",\"custom_id\":".utf8)
            + JSONText.quoted(customID.rawValue)
            + Array(",\"response\":null,\"error\":{\"code\":".utf8) + JSONText.quoted(error.code)
            + Array(",\"message\":".utf8) + JSONText.quoted(error.message) + Array("}}".utf8)
    }

    /// The result of a provider's line in another format, kept together with that line.
    ///
    /// - Parameters:
    ///   - native: the line as received.
    ///   - id: the provider's id of the answer, if it has one.
    ///   - answer: the content of the line, with its body in the endpoint's OpenAI format.
    package static func translated(
        native: [UInt8], id: String?, customID: CustomID, endpoint: Endpoint, answer: RealtimeAnswer,
        source: ResultSource
    ) -> IncomingResult {
        let line = compose(id: id ?? customID.rawValue, customID: customID, answer: answer)
        var result = judge(line, endpoint: endpoint, customID: customID)
        result.nativeLine = native
        result.source = source
        return result
    }

    /// The result of a provider's line in another format that contains no answer.
    package static func translated(
        native: [UInt8], id: String?, customID: CustomID, outcome: Outcome, statusCode: Int? = nil, error: ResultError,
        source: ResultSource
    ) -> IncomingResult {
        IncomingResult(
            customID: customID, outcome: outcome, statusCode: statusCode, error: error,
            line: compose(id: id ?? customID.rawValue, customID: customID, error: error), nativeLine: native,
            source: source)
    }

    /// Evaluates the line of a realtime answer by the same rules as a provider's file.
    package static func judge(_ line: [UInt8], endpoint: Endpoint, customID: CustomID) -> IncomingResult {
        guard let object = try? JSONObject(line) else {
            let error = ResultError(code: unreadableCode, message: "the answer could not be read")
            return IncomingResult(customID: customID, outcome: .errored, error: error, line: line, source: .answer)
        }
        var result = judge(object, endpoint: endpoint, customID: customID, source: .answer)
        result.line = line
        return result
    }
}
