/// A refusal in the error format of Google's services.
struct GoogleRefusal: Error {
    var status: Int
    var word: String
    var message: String

    static func invalid(_ message: String) -> GoogleRefusal {
        GoogleRefusal(status: 400, word: "INVALID_ARGUMENT", message: message)
    }

    static func notFound(_ message: String) -> GoogleRefusal {
        GoogleRefusal(status: 404, word: "NOT_FOUND", message: message)
    }

    static func precondition(_ message: String) -> GoogleRefusal {
        GoogleRefusal(status: 400, word: "FAILED_PRECONDITION", message: message)
    }

    var reply: WireReply {
        WireReply(
            ["error": ["code": .int(status), "message": .string(message), "status": .string(word)]], status: status)
    }
}
