import Foundation

/// The body of a create call, validated by the API's rules.
struct CreateBatchRequest {
    var inputFileID: String
    var endpoint: String
    var metadata: [String: String]?
    var outputLifetime: Int?

    init(_ body: [String: Any], _ dialect: WireDialect) throws(APIError) {
        if let odd = body.keys.sorted().first(where: { !dialect.createMembers.contains($0) }) {
            throw APIError(message: "Unknown parameter: '\(odd)'.", param: odd, code: "unknown_parameter")
        }
        guard let file = body["input_file_id"] as? String else { throw Self.invalid("input_file_id") }
        guard let endpoint = body["endpoint"] as? String, dialect.endpoints.contains(endpoint) else {
            throw Self.invalid("endpoint")
        }
        guard let window = body["completion_window"] as? String, dialect.windows.contains(window) else {
            throw Self.invalid("completion_window")
        }
        self.inputFileID = file
        self.endpoint = endpoint
        self.metadata = try Self.metadata(body["metadata"])
        self.outputLifetime = try Self.outputLifetime(body["output_expires_after"], dialect)
    }

    private static func metadata(_ value: Any?) throws(APIError) -> [String: String]? {
        guard let value, !(value is NSNull) else { return nil }
        guard let pairs = value as? [String: Any], pairs.count <= 16 else { throw invalid("metadata") }
        var metadata: [String: String] = [:]
        for (key, value) in pairs {
            guard let text = value as? String, key.count <= 64, text.count <= 512 else {
                throw invalid("metadata")
            }
            metadata[key] = text
        }
        return metadata
    }

    private static func outputLifetime(_ value: Any?, _ dialect: WireDialect) throws(APIError) -> Int? {
        guard let value, !(value is NSNull) else { return nil }
        guard let object = value as? [String: Any], object["anchor"] as? String == "created_at",
            let seconds = object["seconds"] as? Int, dialect.lifetimes.contains(seconds)
        else { throw invalid("output_expires_after") }
        return seconds
    }

    private static func invalid(_ param: String) -> APIError {
        APIError(message: "Missing or invalid value for '\(param)'.", param: param, code: "invalid_value")
    }
}
