/// Why a line is not a valid request.
package struct LineProblem: Error {
    package let reason: String
    /// What to do instead of correcting the line; the file is called `FILE`.
    package let remedy: Remedy?

    init(_ reason: String, remedy: Remedy? = nil) {
        self.reason = reason
        self.remedy = remedy
    }
}

/// Parses a line as a request: an OpenAI batch line, or a bare body whose custom id is derived from its line number.
package struct RequestLine {
    /// The endpoint for lines that name none.
    package var endpoint: Endpoint?

    package init(endpoint: Endpoint? = nil) { self.endpoint = endpoint }

    /// The members that mark a batch line rather than a bare body.
    private static let lineKeys: Set<String> = ["custom_id", "method", "url", "body"]

    /// The format of a line, whatever the format of its body.
    private static let form = #"a line is {"custom_id":…,"url":"/v1/chat/completions","body":{…}}"#

    /// Members of which every bare body has at least one, in any service's format.
    private static let bodyKeys: Set<String> = [
        "messages", "prompt", "input", "contents", "content", "instances", "inputText", "inputs", "texts",
        "previous_response_id", "conversation",
    ]

    package func request(_ bytes: [UInt8], number: Int) throws(LineProblem) -> BatchRequest {
        let object = try object(bytes)
        if !object.has("body"), let foreign = ForeignLine(object) {
            throw LineProblem("this is \(foreign.what), not a request", remedy: foreign.remedy)
        }
        guard object.members.contains(where: { Self.lineKeys.contains($0.key) }) else {
            return try bareBody(object, number: number)
        }
        try checkMembers(object)
        guard object.has("body") else { throw LineProblem("the line has no body: \(Self.form)") }
        guard let body = object.object("body") else { throw LineProblem("body is not an object") }
        let id = try customID(object) ?? CustomID("line-\(number)")
        let url = try url(object)
        let endpoint = if let url { url } else { try endpoint(for: body) }
        let model = try check(body)
        let complete = object.has("custom_id") && url != nil && object.has("method")
        return BatchRequest(
            customID: id, endpoint: endpoint, model: model,
            line: complete ? bytes : BatchRequest.line(customID: id, endpoint: endpoint, body: body.text))
    }

    private func object(_ bytes: [UInt8]) throws(LineProblem) -> JSONObject {
        guard bytes.isUTF8 else {
            throw LineProblem(
                "the line is not valid UTF-8",
                remedy: Remedy(
                    "If the file is Windows-1252, convert it",
                    .convert(shell: "iconv -f WINDOWS-1252 -t UTF-8 FILE", then: .requests())))
        }
        let object: JSONObject
        do {
            object = try JSONObject(bytes)
        } catch {
            let first = bytes.first { $0 != 0x20 && $0 != 0x09 }
            let isObject = first == UInt8(ascii: "{")
            throw LineProblem(
                isObject || !isWholeJSON(bytes)
                    ? "the line is not JSON: \(error)\(comma(bytes, error))" : "the line is not a JSON object")
        }
        if let finding = JSONAudit.finding(in: bytes) { throw LineProblem("the line \(finding.words)") }
        return object
    }

    /// The explanation for a line that ends with a comma, from a list.
    private func comma(_ bytes: [UInt8], _ error: JSONSyntaxError) -> String {
        let rest = bytes.dropFirst(error.offset)
        return rest.first == UInt8(ascii: ",") && rest.dropFirst().allSatisfy({ $0 == 0x20 || $0 == 0x09 })
            ? ": remove the comma at the end of each line" : ""
    }

    private func isWholeJSON(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { whole in
            var scanner = JSONScanner(whole)
            return (try? scanner.value()) != nil && (try? scanner.end()) != nil
        }
    }

    private func bareBody(_ body: JSONObject, number: Int) throws(LineProblem) -> BatchRequest {
        guard body.members.contains(where: { Self.bodyKeys.contains($0.key) }) else {
            throw LineProblem(
                "the line is not a request: \(Self.form)",
                remedy: Remedy("If each line is a row of data, run a typed job", .runTypedJob(file: "FILE")))
        }
        let endpoint = try endpoint(for: body)
        let id = CustomID("line-\(number)")
        return BatchRequest(
            customID: id, endpoint: endpoint, model: try check(body),
            line: BatchRequest.line(customID: id, endpoint: endpoint, body: body.text))
    }

    private func endpoint(for body: JSONObject) throws(LineProblem) -> Endpoint {
        if let endpoint { return endpoint }
        if let guess = Endpoint.guess(from: body) { return guess }
        throw LineProblem(
            "the line does not name an endpoint: \(Self.form)", remedy: Remedy(nil, .give(.endpoint)))
    }

    private func checkMembers(_ object: JSONObject) throws(LineProblem) {
        if object.has("method"), object.string("method")?.uppercased() != "POST" {
            throw LineProblem("method is not POST")
        }
    }

    private func customID(_ object: JSONObject) throws(LineProblem) -> CustomID? {
        guard object.has("custom_id") else { return nil }
        guard let id = object.string("custom_id") else { throw LineProblem("custom_id is not a string") }
        if id.isEmpty { throw LineProblem("custom_id is empty") }
        if id.utf8.contains(0) { throw LineProblem("custom_id holds a NUL character") }
        if id.utf8.count > 1024 { throw LineProblem("custom_id is longer than 1024 bytes") }
        return CustomID(id)
    }

    private func url(_ object: JSONObject) throws(LineProblem) -> Endpoint? {
        guard object.has("url") else { return nil }
        guard let url = object.string("url") else { throw LineProblem("url is not a string") }
        if let endpoint = Endpoint(url: url) { return endpoint }
        if let meant = Endpoint.meant(by: url) {
            throw LineProblem("url \"\(url.prefix(80))\" is not the path of an endpoint: write \"\(meant)\"")
        }
        let known = Endpoint.known.map(\.rawValue).joined(separator: ", ")
        throw LineProblem("url \"\(url.prefix(80))\" is not an endpoint that can be batched (\(known))")
    }

    /// Checks for what no provider accepts in a batch, and returns the model.
    private func check(_ body: JSONObject) throws(LineProblem) -> String? {
        if let stream = body.raw("stream"), stream.elementsEqual("true".utf8) {
            throw LineProblem("the line requests streaming, which a batch cannot provide: remove \"stream\"")
        }
        guard body.has("model") else { return nil }
        guard let model = body.string("model") else { throw LineProblem("model is not a string") }
        return model
    }
}
