import LLMBatchCore

/// Builds an input line in a service's format.
struct OpenAIInputLine {
    let form: OpenAIDialect.Line
    /// The prefix of endpoints.
    let root: String
    /// True for a service whose documentation also uses other forms of a line's `url`.
    var takesOtherURLs = false

    /// The request's own line if the service accepts it, else a new line around the bytes of its body.
    ///
    /// - Throws: a refusal of a line without a required member.
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

    /// The service's path of an endpoint.
    static func path(_ endpoint: Endpoint, root: String) -> String {
        guard endpoint.rawValue.hasPrefix("/v1/") else { return endpoint.rawValue }
        return root + endpoint.rawValue.dropFirst("/v1".count)
    }
}
