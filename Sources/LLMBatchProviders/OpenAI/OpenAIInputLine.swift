import LLMBatchCore

/// Makes a line of the input as a service wants it.
struct OpenAIInputLine {
    let form: OpenAIDialect.Line
    /// What the endpoints begin with.
    let root: String
    /// True for a service whose own documentation writes the `url` of a line in other forms.
    var takesOtherURLs = false

    /// The request's own line where the service takes that, else one composed around the bytes of its body.
    ///
    /// - Throws: a refusal of a line that lacks what every batch needs.
    func bytes(of outgoing: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        let request = outgoing.request
        try outgoing.checkMembers()
        let url = (try? JSONObject(request.line))?.string("url") ?? request.endpoint.rawValue
        let isCanonical = url == request.endpoint.rawValue
        guard isCanonical || takesOtherURLs || form == .bare else {
            throw RequestRefusal(
                field: "url", "is \"\(url.prefix(80))\", which is Azure OpenAI's form: write \"\(request.endpoint)\"")
        }
        if isCanonical, form == .full, root == "/v1", outgoing.id == request.customID.rawValue {
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
