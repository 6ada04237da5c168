import LLMBatchCore

/// Makes a line of the input as a service wants it.
struct OpenAIInputLine {
    let form: OpenAIDialect.Line
    /// What the endpoints begin with.
    let root: String

    /// The request's own line where the service takes that, else one composed around the bytes of its body.
    func bytes(of outgoing: OutgoingRequest) -> [UInt8] {
        let request = outgoing.request
        if form == .full, root == "/v1", outgoing.id == request.customID.rawValue {
            return request.line(model: outgoing.model)
        }
        var line = Array(#"{"custom_id":"#.utf8) + JSONText.quoted(outgoing.id)
        if form == .full {
            line += Array(#","method":"POST","url":"#.utf8) + JSONText.quoted(Self.path(request.endpoint, root: root))
        }
        return line + Array(#","body":"#.utf8) + request.body(model: outgoing.model) + Array("}".utf8)
    }

    /// An endpoint in the service's words.
    static func path(_ endpoint: Endpoint, root: String) -> String {
        guard endpoint.rawValue.hasPrefix("/v1/") else { return endpoint.rawValue }
        return root + endpoint.rawValue.dropFirst("/v1".count)
    }
}
