import Foundation
import LLMBatchCore

/// A response, ready to send.
struct WireReply: Sendable {
    var status = 200
    var headers: [(name: String, value: String)] = [("content-type", "application/json")]
    var body = Data()
    /// Whether only the size of the body is sent, as in a response to HEAD.
    var hidesBody = false

    /// A JSON response.
    init(_ json: JSONNode, status: Int = 200) {
        self.status = status
        self.body = json.encoded
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

    /// A file's bytes.
    static func bytes(_ bytes: Data) -> WireReply { WireReply(type: "application/octet-stream", body: bytes) }

    /// The response with one more header.
    func with(_ name: String, _ value: String) -> WireReply {
        var reply = self
        reply.headers.append((name, value))
        return reply
    }

    /// The bytes from `start` to the end of the body, or to `end`, with status 206.
    func range(from start: Int, to end: Int? = nil) -> WireReply {
        var reply = with("content-range", "bytes \(start)-\(end ?? body.count - 1)/\(body.count)")
        reply.status = 206
        reply.body = Data(body[(body.startIndex + start)...(body.startIndex + (end ?? body.count - 1))])
        return reply
    }
}

/// An error that a service responds with, in its own format.
struct Refusal: Error {
    var reply: WireReply

    init(_ reply: WireReply) { self.reply = reply }

    init(_ json: JSONNode, status: Int) { self.reply = WireReply(json, status: status) }
}
