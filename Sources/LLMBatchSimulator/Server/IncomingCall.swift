import Foundation
import LLMBatchCore

/// A call whose body has been read completely.
struct IncomingCall {
    var method: String
    /// The path and query as sent.
    var target: String
    var path: String
    var query: [String: String]
    /// Headers by lowercase name.
    var headers: [String: String]
    var body: Data
    /// The parameters in the path, by their names in the route.
    var parameters: [String: String] = [:]

    init(method: String, target: String, headers: [String: String], body: Data) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.path = halves.first ?? ""
        self.query = Self.parse(halves.count > 1 ? halves[1] : "")
    }

    /// The JSON of the body; null when the body is not JSON.
    var json: JSONNode { JSONNode(reading: body) ?? .null }

    /// The body as a multipart form; nil when it is not one.
    var form: MultipartForm? { MultipartForm(contentType: headers["content-type"] ?? "", body: body) }

    /// The fields of a URL-encoded form.
    var fields: [String: String] { Self.parse(String(decoding: body, as: UTF8.self)) }

    /// The key in `Authorization: Bearer KEY`, with or without the scheme; empty without one.
    var bearer: String { (headers["authorization"] ?? "").replacing("Bearer ", with: "") }

    /// An address on this simulator.
    func url(_ path: String) -> String { "http://\(headers["host"] ?? "")\(path)" }

    /// A parameter of the route; empty when the route has none of this name.
    subscript(parameter: String) -> String { parameters[parameter] ?? "" }

    private static func parse(_ query: String) -> [String: String] {
        var values: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1).map { side in
                let text = side.replacing("+", with: " ")
                return text.removingPercentEncoding ?? String(text)
            }
            if let name = sides.first { values[name] = sides.count > 1 ? sides[1] : "" }
        }
        return values
    }
}
