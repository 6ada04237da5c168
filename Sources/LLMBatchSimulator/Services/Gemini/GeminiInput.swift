import Foundation

/// The kind of requests in a job.
enum GeminiForm {
    case generate, embed

    init(_ path: String) { self = path.hasSuffix(":asyncBatchEmbedContent") ? .embed : .generate }

    var endpoint: String { self == .embed ? "/v1/embeddings" : "/v1/chat/completions" }
    /// The type of the job.
    var type: String { self == .embed ? "EmbedContentBatch" : "GenerateContentBatch" }

    /// Whether a request has all required members.
    func isWhole(_ request: [String: Any]) -> Bool {
        guard self == .embed else { return request["contents"] is [Any] }
        return (request["content"] as? [String: Any])?["parts"] is [Any]
    }

    /// Source: Gemini API reference, "GenerateContentRequest" and "EmbedContentRequest".
    var known: Set<String> {
        switch self {
        case .generate:
            [
                "contents", "systemInstruction", "system_instruction", "generationConfig", "generation_config", "tools",
                "toolConfig", "tool_config", "safetySettings", "safety_settings", "cachedContent", "cached_content",
                "model",
            ]
        case .embed:
            [
                "content", "taskType", "task_type", "title", "outputDimensionality", "output_dimensionality", "model",
            ]
        }
    }
}

/// The requests of a job, from its file or from the create call.
struct GeminiInput {
    private(set) var lines: [InputLine] = []
    private(set) var problems: [BatchProblem] = []
    private let form: GeminiForm

    /// Lines of `{"key", "request"}`.
    init(file: Data, _ form: GeminiForm) {
        self.form = form
        for (index, line) in Lines.split(file).enumerated() where !line.isEmpty {
            add(ReadJSON.object(line), key: { $0["key"] as? String }, source: line, index: index)
        }
        if lines.isEmpty && problems.isEmpty {
            problems.append(BatchProblem(code: "3", message: "The input file holds no requests."))
        }
    }

    /// Requests of `{"request", "metadata": {"key"}}`.
    init(inlined: [[String: Any]], _ form: GeminiForm) {
        self.form = form
        for (index, object) in inlined.enumerated() {
            let source = (try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])) ?? Data()
            let key: ([String: Any]) -> String? = { ($0["metadata"] as? [String: Any])?["key"] as? String }
            add(object, key: key, source: source, index: index)
        }
    }

    private mutating func add(
        _ object: [String: Any]?, key: ([String: Any]) -> String?, source: Data, index: Int
    ) {
        guard let object, let request = object["request"] as? [String: Any], form.isWhole(request) else {
            let message = "Line \(index + 1) is no request with contents."
            return problems.append(BatchProblem(code: "3", message: message, line: index + 1))
        }
        // Members that the service does not know fail the whole job, as in its parser.
        if let unknown = request.keys.sorted().first(where: { !form.known.contains($0) }) {
            let message = "Line \(index + 1): unknown name \"\(unknown)\" at 'request'."
            problems.append(BatchProblem(code: "3", message: message, line: index + 1))
        }
        lines.append(InputLine(customID: key(object) ?? "", model: nil, index: index, source: source))
    }
}
