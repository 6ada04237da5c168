import Foundation

/// A response, ready to send.
struct WireReply {
    var status = 200
    var headers: [(name: String, value: String)] = [("content-type", "application/json")]
    var body = Data()
    /// Whether only the size of the body is sent, as in a response to HEAD.
    var hidesBody = false

    /// A JSON response.
    init(_ json: WireJSON, status: Int = 200) {
        self.status = status
        self.body = Data(json.text.utf8)
    }

    /// A response with these bytes.
    init(status: Int = 200, type: String = "application/json", body: Data) {
        self.status = status
        self.headers = [("content-type", type)]
        self.body = body
    }

    /// A response as given in a trouble.
    init(status: Int, headers: [String: String], body: String) {
        self.status = status
        self.headers = headers.map { ($0.key, $0.value) }
        self.body = Data(body.utf8)
    }
}

/// An error in the API's format.
struct APIError: Error {
    var status: Int
    var message: String
    var type: String?
    var param: String?
    var code: String?

    init(status: Int = 400, message: String, type: String? = nil, param: String? = nil, code: String? = nil) {
        self.status = status
        self.message = message
        self.type = type
        self.param = param
        self.code = code
    }

    /// The error's body. The type follows from the status unless one was given.
    var json: WireJSON {
        [
            "error": [
                "message": .string(message), "type": .string(type ?? typeOfStatus),
                "param": .init(param), "code": .init(code),
            ]
        ]
    }

    private var typeOfStatus: String {
        switch status {
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    static func notFound(_ what: String, id: String) -> APIError {
        APIError(status: 404, message: "No \(what) found with id '\(id)'.", param: "id")
    }
}
