/// The error in the body of a response, in any of the formats that services, gateways and frameworks use.
///
/// | written | by |
/// |---|---|
/// | `{"error": {"message", "code", "type"}}`, or that in a list | OpenAI, Google |
/// | `{"error": "…"}`, `{"error": "invalid_grant", "error_description": "…"}` | Ollama, OAuth |
/// | `{"detail": "…"}`, `{"detail": [{"loc", "msg", "type"}]}` | FastAPI: vLLM, Mistral |
/// | `{"message": "…", "code", "type"}`, `{"__type", "message"}` | Mistral, gateways, AWS |
/// | `{"errors": [{"message", "code"}]}`, `{"errors": ["…"]}` | Cloudflare, GraphQL |
/// | `{"title", "detail", "status"}` | RFC 9457 |
/// | a JSON string that contains one of these; a plain text; an HTML page | proxies |
package struct ErrorBody: Sendable, Hashable {
    /// What happened.
    package var message: String?
    /// A code to group by.
    package var code: String?
    /// The kind of error, coarser than the code.
    package var type: String?

    /// Longer messages are cut; no one reads more.
    private static let longestMessage = 8000
    private static let deepest = 4

    /// Parses a body; nil for one without content, such as an empty body, `null` or `{}`.
    package init?(_ bytes: [UInt8]) {
        let bytes = JSONText.withoutMark(bytes)
        if let node = try? JSONNode(bytes) {
            self.init(node)
        } else if let words = BodyText.words(bytes) {
            self.init(message: words)
        } else {
            return nil
        }
    }

    /// Parses the value of an error member; nil for one without content.
    package init?(_ node: JSONNode) {
        guard var read = Self.read(node, depth: 0) else { return nil }
        read.message = Self.kept(read.message)
        read.code = Self.kept(read.code)
        read.type = Self.kept(read.type)
        guard read.says else { return nil }
        if let message = read.message, message.utf8.count > Self.longestMessage {
            read.message = message.prefix(Self.longestMessage) + "…"
        }
        self = read
    }

    private init(message: String? = nil, code: String? = nil, type: String? = nil) {
        self.message = message
        self.code = code
        self.type = type
    }

    /// The text without NUL characters, which end a SQLite column.
    private static func kept(_ text: String?) -> String? {
        guard let text, text.utf8.contains(0) else { return text }
        let rest = text.filter { $0 != "\0" }
        return rest.isEmpty ? nil : rest
    }

    /// Some services include an error in every response, with code 0 and no message.
    private var says: Bool { message != nil || type != nil || (code.map { !["0", "200"].contains($0) } ?? false) }

    private static func read(_ node: JSONNode, depth: Int) -> ErrorBody? {
        guard depth <= deepest else { return nil }
        switch node {
        case .string(let text): return read(text: text, depth: depth)
        case .array(let elements): return read(elements, depth: depth)
        case .object: return read(object: node, depth: depth)
        case .null, .bool, .number: return nil
        }
    }

    private static func read(text: String, depth: Int) -> ErrorBody? {
        if text.first == "{" || text.first == "[", let inner = try? JSONNode(Array(text.utf8)) {
            return read(inner, depth: depth + 1)
        }
        let bytes = Array(text.utf8)
        guard BodyText.isPage(bytes) else {
            return text.allSatisfy(\.isWhitespace) ? nil : ErrorBody(message: text)
        }
        return BodyText.words(bytes).map { ErrorBody(message: $0) }
    }

    private static func read(_ elements: [JSONNode], depth: Int) -> ErrorBody? {
        let said = elements.prefix(100).lazy.compactMap { read($0, depth: depth + 1) }
        guard var first = said.first(where: \.says) else { return nil }
        if elements.count > 1, let message = first.message {
            first.message = "\(message) (and \(elements.count - 1) more)"
        }
        return first
    }

    private static func read(object: JSONNode, depth: Int) -> ErrorBody? {
        var own = ErrorBody(
            message: word(object, ["message", "Message", "msg", "errorMessage", "error_description", "faultstring"]),
            code: word(object, ["code", "Code", "errorCode", "error_code"]), type: word(object, ["type", "__type"]))
        for key in ["error", "errors", "detail", "message", "fault", "Error", "data"] {
            guard let value = object[key], own.message == nil || value.text == nil else { continue }
            guard let inner = read(value, depth: depth + 1), inner.says else { continue }
            own = ErrorBody(
                message: inner.message ?? own.message, code: inner.code ?? own.code, type: inner.type ?? own.type)
            break
        }
        // `{"error": "invalid_grant", "error_description": "…"}`
        if own.code == nil, let word = object["error"]?.text, word != own.message,
            !word.contains(where: \.isWhitespace), !word.isEmpty
        {
            own.code = word
        }
        own.message = own.message ?? word(object, ["title", "reason", "description"])
        if let place = place(object), let message = own.message { own.message = "\(place): \(message)" }
        return own
    }

    /// Names the cause, as in `{"loc": ["body", "messages", 0], "msg": "…"}`.
    private static func place(_ object: JSONNode) -> String? {
        guard object["msg"] != nil, let steps = object["loc"]?.elements else { return nil }
        let place = steps.compactMap { $0.text ?? $0.literal }.joined(separator: ".")
        return place.isEmpty ? nil : place
    }

    /// The first of these members that is a non-empty text or a number.
    private static func word(_ object: JSONNode, _ keys: [String]) -> String? {
        keys.lazy.compactMap { object[$0]?.text ?? object[$0]?.literal }.first { !$0.allSatisfy(\.isWhitespace) }
    }

    /// The error for a result.
    ///
    /// - Parameters:
    ///   - status: the HTTP status of the response.
    ///   - other: the code to use when the error has none.
    package func result(status: Int?, code other: String) -> ResultError {
        ResultError(
            code: code ?? type ?? other, message: message ?? status.map(HTTPStatusText.status) ?? "no reason was given")
    }
}

extension JSONObject {
    /// The `error` member as the error of a result, when it has content.
    package var reportedError: ResultError? {
        guard isFilled("error"), let raw = raw("error") else { return nil }
        return ErrorBody(Array(raw))?.result(status: nil, code: "error")
    }
}
