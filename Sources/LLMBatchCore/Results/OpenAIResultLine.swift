/// Reads and writes one line of results in the OpenAI batch format, the canonical form of a result.
///
/// Source: OpenAI Batch API reference, "The request output object", and what the service is seen to send.
package enum OpenAIResultLine {
    /// Reads a line of a result file; whatever is wrong with it, the other lines are not concerned.
    package static func read(_ line: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        guard String(validating: line, as: UTF8.self) != nil else {
            return unreadable(line, source, "the line is not valid UTF-8")
        }
        let object: JSONObject
        do throws(JSONSyntaxError) {
            object = try JSONObject(line)
        } catch {
            return unreadable(line, source, "the line is not JSON: \(error)")
        }
        guard let id = object.string("custom_id") else {
            return unreadable(line, source, "the line has no custom_id")
        }
        var result = judge(object, endpoint: endpoint, customID: CustomID(id), source: source)
        result.line = line
        return .result(result)
    }

    /// A line that cannot be read, with its custom id if that still can.
    ///
    /// - Parameter idKey: the member that names the request in the provider's lines; a path of keys, with dots between them,
    ///   where it lies in other members.
    package static func unreadable(
        _ bytes: [UInt8], _ source: ResultSource, _ reason: String, idKey: String = "custom_id"
    ) -> ReceivedLine {
        let place = "\(reason) (line \(source.line) of the \(source.file) file)"
        let kept = Array(bytes.prefix(LineSplitter.keptOfTooLong))
        return .unreadable(source: source, reason: place, line: kept, customID: SalvagedID.find(idKey, in: kept))
    }

    /// The error code of results whose line could not be read: what is kept of it is not JSON.
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
        if let error = AnswerBody(object.text)?.error {
            return ended(outcome(ofCode: error.code), object.object("response")?.integer("status_code"), error)
        }
        guard let response = object.object("response") else {
            return ended(
                .errored, nil, ResultError(code: "no_response", message: "the line has neither a response nor an error")
            )
        }
        let status = response.integer("status_code") ?? 0
        guard response.has("body"), let body = response.raw("body").flatMap(AnswerBody.init) else {
            return ended(
                .errored, status, ResultError(code: "unreadable_body", message: "the response has no readable body"))
        }
        guard (200..<300).contains(status) else {
            let silent = ResultError(
                code: "http_\(status)", message: "the provider answered HTTP \(status) without a reason")
            let error = body.error ?? silent
            return ended(outcome(ofCode: error.code), status, error, body.usage)
        }
        let objection = body.objection(endpoint: endpoint)
        return ended(objection == nil ? .succeeded : .errored, status, objection, body.usage)
    }

    private static func outcome(ofCode code: String) -> Outcome {
        switch code {
        case "batch_expired": .expired
        case "batch_cancelled", "batch_canceled": .cancelled
        default: .errored
        }
    }

    // MARK: - Writing

    /// Composes the line of a realtime answer around the bytes of its body.
    package static func compose(id: String, customID: CustomID, answer: RealtimeAnswer) -> [UInt8] {
        let isJSON = AnswerBody(answer.body[...]) != nil && String(validating: answer.body, as: UTF8.self) != nil
        let text = String(decoding: answer.body.prefix(2000), as: UTF8.self)
        let body =
            isJSON
            ? JSONText.onOneLine(answer.body)
            : JSONValue.object(["error": ["code": "not_json", "message": .string(text)]]).json
        var line = Array("{\"id\":".utf8) + JSONText.quoted(id)
        line += Array(",\"custom_id\":".utf8) + JSONText.quoted(customID.rawValue)
        line += Array(",\"response\":{\"status_code\":\(answer.statusCode),\"request_id\":".utf8)
        line += JSONText.quoted(answer.requestID ?? id)
        line += Array(",\"body\":".utf8) + body + Array("},\"error\":null}".utf8)
        return line
    }

    /// Composes the line of a request that has no line of the provider's.
    package static func compose(id: String, customID: CustomID, error: ResultError) -> [UInt8] {
        Array("{\"id\":".utf8) + JSONText.quoted(id) + Array(",\"custom_id\":".utf8)
            + JSONText.quoted(customID.rawValue)
            + Array(",\"response\":null,\"error\":{\"code\":".utf8) + JSONText.quoted(error.code)
            + Array(",\"message\":".utf8) + JSONText.quoted(error.message) + Array("}}".utf8)
    }

    /// The result that a provider's line of another form amounts to, with that line beside it.
    ///
    /// - Parameters:
    ///   - native: the line as it was received.
    ///   - id: the provider's id of the answer, if it has one.
    ///   - answer: what the line says, its body in the OpenAI form of the endpoint.
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

    /// The result of a provider's line of another form that brings no answer.
    package static func translated(
        native: [UInt8], id: String?, customID: CustomID, outcome: Outcome, statusCode: Int? = nil, error: ResultError,
        source: ResultSource
    ) -> IncomingResult {
        IncomingResult(
            customID: customID, outcome: outcome, statusCode: statusCode, error: error,
            line: compose(id: id ?? customID.rawValue, customID: customID, error: error), nativeLine: native,
            source: source)
    }

    /// Judges the line of a realtime answer by the same rules as a provider's file.
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
