import Foundation

/// Parses an input file and checks it by the provider's rules.
struct BatchInputCheck {
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
        guard let object = ReadJSON.object(line) else {
            return note("invalid_json_line", "This line is not parseable as valid JSON.", index)
        }
        guard let customID = object["custom_id"] as? String, !customID.isEmpty else {
            return note("missing_required_parameter", "Missing required parameter: 'custom_id'.", index, "custom_id")
        }
        let body = object["body"] as? [String: Any]
        let model = body?["model"] as? String
        inputs += DefaultBody.inputCount(body?["input"])
        check(customID: customID, object: object, hasBody: body != nil, model: model, index: index)
        lines.append(InputLine(customID: customID, model: model, index: index, source: line))
    }

    private mutating func check(customID: String, object: [String: Any], hasBody: Bool, model: String?, index: Int) {
        if !seen.insert(Array(customID.utf8)).inserted {
            note(
                "duplicate_custom_id", "The custom_id '\(customID)' for this request is a duplicate.", index,
                "custom_id")
        }
        if let odd = object.keys.sorted().first(where: { !dialect.lineMembers.contains($0) }) {
            note("invalid_request", "Unknown member '\(odd)'.", index, odd)
        }
        if let idLength = dialect.longestID, customID.utf8.count > idLength {
            note("invalid_custom_id", "custom_id is longer than \(idLength) characters.", index, "custom_id")
        }
        if dialect.lineMembers.contains("method"), object["method"] as? String != "POST" {
            note("invalid_method", "The method of a request must be POST.", index, "method")
        }
        if dialect.lineMembers.contains("url"), object["url"] as? String != endpoint {
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
