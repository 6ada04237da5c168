/// One line of work: a custom id and a body for an endpoint, in its canonical form, the OpenAI batch JSONL line.
///
/// The line is kept byte for byte. What the properties tell was read from it once, when it was checked.
public struct BatchRequest: Sendable, Hashable, Codable {
    /// The caller's name of the request.
    public let customID: CustomID
    /// What the requests ask for.
    public let endpoint: Endpoint
    /// The model its body names, if any.
    public let model: String?
    /// The whole line, without a line break.
    public let line: [UInt8]

    /// A request from parts that are known to agree, as a storage gives it back.
    public init(customID: CustomID, endpoint: Endpoint, model: String?, line: [UInt8]) {
        self.customID = customID
        self.endpoint = endpoint
        self.model = model
        self.line = line
    }

    /// A request made in code; `body` must be an object (its members are written in the order of their keys).
    public init(customID: CustomID, endpoint: Endpoint, body: [String: JSONValue]) {
        let model: String? = if case .string(let name)? = body["model"] { name } else { nil }
        self.init(
            customID: customID, endpoint: endpoint, model: model,
            line: Self.line(customID: customID, endpoint: endpoint, body: JSONValue.object(body).json[...]))
    }

    /// The bytes of the body as they stand in the line.
    public var body: ArraySlice<UInt8> { body(model: nil) }

    /// The bytes of the body with its model replaced, every other byte kept; the body itself when `model` is nil.
    public func body(model: String?) -> ArraySlice<UInt8> {
        // A line that was checked has a body; one that a storage damaged is sent as nothing rather than as something else.
        guard let body = (try? JSONObject(line))?.object("body") else { return [] }
        guard let model else { return body.text }
        return body.replacing("model", with: JSONText.quoted(model))[...]
    }

    /// The line with the model of its body replaced, every other byte kept; the line itself when `model` is nil.
    public func line(model: String?) -> [UInt8] {
        guard let model, model != self.model, let object = try? JSONObject(line) else { return line }
        return object.replacing("body", with: Array(body(model: model)))
    }

    /// Composes a canonical line around the bytes of a body.
    static func line(customID: CustomID, endpoint: Endpoint, body: ArraySlice<UInt8>) -> [UInt8] {
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
