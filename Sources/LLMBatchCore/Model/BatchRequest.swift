/// One request: a custom id and a body for an endpoint. Its canonical form is the OpenAI batch JSONL line.
///
/// The line is kept byte for byte. The other properties were read from it once, when it was validated.
public struct BatchRequest: Sendable, Hashable, Codable {
    /// The caller's id of the request.
    public let customID: CustomID
    /// The endpoint of the request.
    public let endpoint: Endpoint
    /// The model that the body names, if any.
    public let model: String?
    /// The complete line, without a line break.
    public let line: [UInt8]

    /// A stored request, from parts that are known to agree.
    public init(customID: CustomID, endpoint: Endpoint, model: String?, line: [UInt8]) {
        self.customID = customID
        self.endpoint = endpoint
        self.model = model
        self.line = line
    }

    /// A request built in code; `body` is an object whose members are written in the order of their keys.
    public init(customID: CustomID, endpoint: Endpoint, body: [String: JSONValue]) {
        let model: String? = if case .string(let name)? = body["model"] { name } else { nil }
        self.init(
            customID: customID, endpoint: endpoint, model: model,
            line: Self.line(customID: customID, endpoint: endpoint, body: JSONValue.object(body).json[...]))
    }

    /// A request with a body that is JSON text: its members stay in their order, and nothing but line breaks between them
    /// changes.
    ///
    /// - Throws: `invalidInput` when the body is not a JSON object, or services would refuse it: a member twice, half a
    ///   surrogate pair, bytes that are not UTF-8.
    public init(customID: CustomID, endpoint: Endpoint, body: [UInt8]) throws(LLMBatchError) {
        func refusal(_ reason: String) -> LLMBatchError {
            LLMBatchError(.invalidInput, "the body of request \"\(customID)\" \(reason)")
        }
        guard body.isUTF8 else { throw refusal("is not valid UTF-8") }
        if let finding = JSONAudit.finding(in: body) { throw refusal(finding.words) }
        let model: String?
        let line: [UInt8]
        do throws(JSONSyntaxError) {
            model = try JSONObject(body).string("model")
            line = Self.line(customID: customID, endpoint: endpoint, body: JSONText.onOneLine(body)[...])
            // In its line it is nested deeper.
            _ = try JSONObject(line)
        } catch {
            throw refusal("is not a JSON object: \(error)")
        }
        self.init(customID: customID, endpoint: endpoint, model: model, line: line)
    }

    /// The bytes of the body, exactly as they appear in the line.
    public var body: ArraySlice<UInt8> { body(model: nil) }

    /// The bytes of the body with its model replaced and every other byte kept; the original body when `model` is nil.
    public func body(model: String?) -> ArraySlice<UInt8> {
        // A validated line has a body. A line that was damaged in storage is sent as nothing rather than as something
        // else.
        guard let body = (try? JSONObject(line))?.object("body") else { return [] }
        guard let model else { return body.text }
        return body.replacing("model", with: JSONText.quoted(model))[...]
    }

    /// The line with the body's model replaced and every other byte kept; the original line when `model` is nil.
    public func line(model: String?) -> [UInt8] {
        guard let model, model != self.model, let object = try? JSONObject(line) else { return line }
        return object.replacing("body", with: Array(body(model: model)))
    }

    /// Builds a canonical line around the bytes of a body.
    package static func line(customID: CustomID, endpoint: Endpoint, body: ArraySlice<UInt8>) -> [UInt8] {
        var line = Array(#"{"custom_id":"#.utf8)
        line += JSONText.quoted(customID.rawValue)
        line += Array(#","method":"POST","url":"#.utf8)
        line += JSONText.quoted(endpoint.rawValue)
        line += Array(#","body":"#.utf8)
        line += body
        line.append(UInt8(ascii: "}"))
        return line
    }
}
