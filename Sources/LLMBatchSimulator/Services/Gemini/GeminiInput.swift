import Foundation
import LLMBatchCore

/// The kind of requests in a job.
enum GeminiForm {
    case generate, embed

    var endpoint: String { self == .embed ? "/v1/embeddings" : "/v1/chat/completions" }

    /// The type of the job.
    var type: String { self == .embed ? "EmbedContentBatch" : "GenerateContentBatch" }

    /// Whether a request has all required members.
    func isWhole(_ request: JSONNode) -> Bool {
        let required = self == .embed ? request["content"]?["parts"] : request["contents"]
        return required?.elements != nil
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
            let object = JSONNode(reading: line)
            add(object, key: object?["key"]?.text, source: line, index: index)
        }
        if lines.isEmpty && problems.isEmpty {
            problems.append(BatchProblem(code: "3", message: "The input file holds no requests."))
        }
    }

    /// Requests of `{"request", "metadata": {"key"}}`.
    init(inlined: [JSONNode], _ form: GeminiForm) {
        self.form = form
        for (index, object) in inlined.enumerated() {
            add(object, key: object["metadata"]?["key"]?.text, source: object.encoded, index: index)
        }
    }

    private mutating func add(_ object: JSONNode?, key: String?, source: Data, index: Int) {
        guard let request = object?["request"], request.isObject, form.isWhole(request) else {
            let message = "Line \(index + 1) is no request with contents."
            return problems.append(BatchProblem(code: "3", message: message, line: index + 1))
        }
        // Members that the service does not know fail the whole job, as in its parser.
        if let unknown = request.keys.first(where: { !form.known.contains($0) }) {
            let message = "Line \(index + 1): unknown name \"\(unknown)\" at 'request'."
            problems.append(BatchProblem(code: "3", message: message, line: index + 1))
        }
        lines.append(InputLine(customID: key ?? "", model: nil, index: index, source: source))
    }
}
