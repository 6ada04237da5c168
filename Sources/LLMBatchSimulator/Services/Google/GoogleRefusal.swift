/// An error in the format of Google's services.
struct GoogleRefusal: Error {
    var status: Int
    var word: String
    var message: String
    /// The reason that Cloud Storage gives instead of a google.rpc code.
    var reason: String?

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
        let members: [(String, WireJSON)] = [("code", .int(status)), ("message", .string(message))]
        let kind: (String, WireJSON) =
            reason.map { reason in
                let detail: WireJSON = [
                    "message": .string(message), "domain": "global", "reason": .string(reason),
                ]
                return ("errors", [detail])
            } ?? ("status", .string(word))
        return WireReply(["error": .object(members + [kind])], status: status)
    }
}
