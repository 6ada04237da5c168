import Foundation
import LLMBatchCore

/// The requests of an input file, checked by the provider's rules.
struct OpenAIInput {
    private(set) var lines: [InputLine] = []
    private(set) var problems: [BatchProblem] = []
    private let endpoint: String
    private let dialect: WireDialect
    /// The ids by their bytes: two spellings of one character are two ids.
    private var seen: Set<[UInt8]> = []
    private var inputs = 0

    /// Parses a file's lines and always finds their problems. The caller decides whether they matter.
    init(file: Data, endpoint: String, _ dialect: WireDialect) {
        self.endpoint = endpoint
        self.dialect = dialect
        let raw = Lines.split(file)
        for (index, line) in raw.enumerated() where !line.isEmpty { read(line, index: index) }
        if raw.allSatisfy(\.isEmpty) {
            problems.append(BatchProblem(code: "empty_file", message: "The input file is empty."))
        }
        if raw.count > dialect.mostLines {
            let message = "The input file has more than \(dialect.mostLines) lines."
            problems.append(BatchProblem(code: "too_many_tasks", message: message))
        }
        if let most = dialect.mostInputs, endpoint == "/v1/embeddings", inputs > most {
            let message = "The batch has \(inputs) embedding inputs, more than \(most)."
            problems.append(BatchProblem(code: "too_many_inputs", message: message))
        }
    }

    private mutating func read(_ line: Data, index: Int) {
        guard let object = JSONNode(reading: line), object.isObject else {
            return note("invalid_json_line", "This line is not parseable as valid JSON.", index)
        }
        guard let customID = object["custom_id"]?.text, !customID.isEmpty else {
            return note("missing_required_parameter", "Missing required parameter: 'custom_id'.", index, "custom_id")
        }
        let body = object["body"].flatMap { $0.isObject ? $0 : nil }
        let model = body?["model"]?.text
        inputs += DefaultBody.inputCount(body?["input"])
        check(customID: customID, object: object, hasBody: body != nil, model: model, index: index)
        lines.append(InputLine(customID: customID, model: model, index: index, source: line))
    }

    private mutating func check(customID: String, object: JSONNode, hasBody: Bool, model: String?, index: Int) {
        if !seen.insert(Array(customID.utf8)).inserted {
            note(
                "duplicate_custom_id", "The custom_id '\(customID)' for this request is a duplicate.", index,
                "custom_id")
        }
        if let odd = object.keys.first(where: { !dialect.lineMembers.contains($0) }) {
            note("invalid_request", "Unknown member '\(odd)'.", index, odd)
        }
        if let idLength = dialect.longestID, customID.utf8.count > idLength {
            note("invalid_custom_id", "custom_id is longer than \(idLength) characters.", index, "custom_id")
        }
        if dialect.lineMembers.contains("method"), object["method"]?.text != "POST" {
            note("invalid_method", "The method of a request must be POST.", index, "method")
        }
        if dialect.lineMembers.contains("url"), object["url"]?.text != endpoint {
            note("url_mismatch", "The URL provided for this request does not match the batch endpoint.", index, "url")
        }
        if !hasBody { note("missing_required_parameter", "Missing required parameter: 'body'.", index, "body") }
        if hasBody && model == nil {
            note("missing_required_parameter", "Missing required parameter: 'model'.", index, "body.model")
        }
        if let first = lines.first?.model, let model, first != model {
            note(
                "model_mismatch", "The model '\(model)' differs from the batch's first model '\(first)'.", index,
                "body.model")
        }
    }

    private mutating func note(_ code: String, _ message: String, _ index: Int, _ param: String? = nil) {
        problems.append(BatchProblem(code: code, message: message, line: index + 1, param: param))
    }
}

/// The body of a create call, validated by the API's rules.
struct CreateBatchRequest {
    var inputFileID: String
    var endpoint: String
    var metadata: [String: String]?
    var outputLifetime: Int?

    init(_ body: JSONNode, _ dialect: WireDialect) throws(Refusal) {
        if let odd = body.keys.first(where: { !dialect.createMembers.contains($0) }) {
            throw APIError(message: "Unknown parameter: '\(odd)'.", param: odd, code: "unknown_parameter").refusal
        }
        guard let file = body["input_file_id"]?.text else { throw Self.invalid("input_file_id") }
        guard let endpoint = body["endpoint"]?.text, dialect.endpoints.contains(endpoint) else {
            throw Self.invalid("endpoint")
        }
        guard let window = body["completion_window"]?.text, dialect.windows.contains(window) else {
            throw Self.invalid("completion_window")
        }
        self.inputFileID = file
        self.endpoint = endpoint
        self.metadata = try Self.metadata(body["metadata"])
        self.outputLifetime = try Self.outputLifetime(body["output_expires_after"], dialect)
    }

    private static func metadata(_ value: JSONNode?) throws(Refusal) -> [String: String]? {
        guard let value, value != .null else { return nil }
        guard let pairs = value.members, pairs.count <= 16 else { throw invalid("metadata") }
        var metadata: [String: String] = [:]
        for pair in pairs {
            guard let text = pair.value.text, pair.key.count <= 64, text.count <= 512 else { throw invalid("metadata") }
            metadata[pair.key] = text
        }
        return metadata
    }

    private static func outputLifetime(_ value: JSONNode?, _ dialect: WireDialect) throws(Refusal) -> Int? {
        guard let value, value != .null else { return nil }
        guard value["anchor"]?.text == "created_at", let seconds = value["seconds"]?.integer,
            dialect.lifetimes.contains(seconds)
        else { throw invalid("output_expires_after") }
        return seconds
    }

    private static func invalid(_ param: String) -> Refusal {
        APIError(message: "Missing or invalid value for '\(param)'.", param: param, code: "invalid_value").refusal
    }
}
