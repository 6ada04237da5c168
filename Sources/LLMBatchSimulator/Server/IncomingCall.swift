import Foundation

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

    init(method: String, target: String, headers: [String: String], body: Data) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        self.path = halves.first ?? ""
        self.query = Self.parse(halves.count > 1 ? halves[1] : "")
    }

    /// The body as a JSON object.
    func jsonObject() throws(APIError) -> [String: Any] {
        if let object = ReadJSON.object(body) { return object }
        throw APIError(message: "We could not parse the JSON body of your request.")
    }

    /// The `limit` of a listing; an error when out of bounds.
    func limit(default standard: Int, max: Int) throws(APIError) -> Int {
        guard let text = query["limit"] else { return standard }
        if let limit = Int(text), (1...max).contains(limit) { return limit }
        throw APIError(message: "Invalid 'limit': expected an integer from 1 to \(max).", param: "limit")
    }

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
