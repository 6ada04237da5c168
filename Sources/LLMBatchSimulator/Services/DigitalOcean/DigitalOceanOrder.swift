import Foundation

/// The contents of a create call.
struct DigitalOceanOrder {
    let fileID: String
    let requestID: String
    /// `openai` or `anthropic`.
    let provider: String
    /// Only for OpenAI.
    let endpoint: String?
    let metadata: [String: String]?

    /// Parses the body of a create call.
    ///
    /// Source: digitalocean/openapi, `models/batch_create_request.yml`.
    init(_ body: Data) throws(APIError) {
        guard let object = ReadJSON.object(body) else { throw APIError(message: "the body is not JSON") }
        let known: Set = ["file_id", "provider", "endpoint", "completion_window", "request_id", "metadata"]
        if let odd = object.keys.sorted().first(where: { !known.contains($0) }) {
            throw APIError(message: "unknown member \(odd)")
        }
        guard let fileID = object["file_id"] as? String, let requestID = object["request_id"] as? String,
            !requestID.isEmpty, let provider = object["provider"] as? String,
            object["completion_window"] as? String == "24h"
        else { throw APIError(message: "file_id, provider, completion_window (24h) and request_id are required") }
        (self.fileID, self.requestID, self.provider) = (fileID, requestID, provider)
        endpoint = object["endpoint"] as? String
        metadata = object["metadata"] as? [String: String]
        switch provider {
        case "openai":
            guard ["/v1/responses", "/v1/chat/completions"].contains(endpoint) else {
                throw APIError(message: "endpoint must be /v1/responses or /v1/chat/completions")
            }
        case "anthropic":
            guard object["endpoint"] == nil else { throw APIError(message: "endpoint must be omitted") }
        default: throw APIError(message: "provider must be openai or anthropic")
        }
    }

    /// The requests of a file, with the problems that the service finds.
    func input(_ bytes: Data) -> ([InputLine], [BatchProblem]) {
        if let endpoint {
            let check = BatchInputCheck(file: bytes, endpoint: endpoint, .openAI)
            return (check.lines, check.problems)
        }
        let requests = Lines.split(bytes).joined(separator: Data(",".utf8))
        do throws(AnthropicRefusal) {
            return (try AnthropicInput(Data(#"{"requests":["#.utf8) + requests + Data("]}".utf8)).lines, [])
        } catch {
            return ([], [BatchProblem(code: "invalid_input_file", message: error.message)])
        }
    }
}
