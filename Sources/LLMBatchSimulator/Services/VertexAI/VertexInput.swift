import Foundation

/// The format of a job's rows, which the model determines.
enum VertexForm {
    case gemini, claude, embedding

    init(model: String) {
        let name = model.split(separator: "/").last ?? ""
        self =
            JobOrder.publisher(of: model) == "anthropic"
            ? .claude : name.hasPrefix("gemini-embedding") ? .embedding : .gemini
    }

    var endpoint: String { self == .embedding ? "/v1/embeddings" : "/v1/chat/completions" }
}

/// The rows of a job's input object.
struct VertexInput {
    private(set) var lines: [InputLine] = []
    private(set) var problems: [BatchProblem] = []

    init(_ file: Data, _ form: VertexForm) {
        for (index, line) in Lines.split(file).enumerated() where !line.isEmpty {
            guard let row = ReadJSON.object(Data(line)) else {
                problems.append(BatchProblem(code: "3", message: "Row \(index + 1) is not JSON.", line: index + 1))
                continue
            }
            lines.append(
                InputLine(customID: Self.id(row, form), model: nil, index: index, source: Data(line)))
        }
        if lines.isEmpty && problems.isEmpty {
            problems.append(BatchProblem(code: "3", message: "The input holds no rows."))
        }
    }

    /// Gemini rows have no id, so only their labels identify them.
    private static func id(_ row: [String: Any], _ form: VertexForm) -> String {
        if form == .claude { return row["custom_id"] as? String ?? "" }
        if form == .embedding { return row["key"] as? String ?? "" }
        let labels = (row["request"] as? [String: Any])?["labels"] as? [String: Any]
        return labels?.values.compactMap { $0 as? String }.first ?? ""
    }

    /// The problem with a row that the service finds while the job runs; nil when there is none.
    static func objection(to line: InputLine, _ form: VertexForm) -> String? {
        guard let request = ReadJSON.object(line.source)?["request"] as? [String: Any] else {
            return "request: required"
        }
        return switch form {
        case .claude: claudeObjection(request)
        case .gemini: geminiObjection(request)
        case .embedding: embeddingObjection(request)
        }
    }

    /// Source: Google Cloud documentation, "Get batch embeddings inferences".
    private static func embeddingObjection(_ request: [String: Any]) -> String? {
        guard (request["content"] as? [String: Any])?["parts"] is [Any] else { return "content: required" }
        let known: Set = ["content", "embed_content_config", "embedContentConfig"]
        let unknown = request.keys.sorted().first { !known.contains($0) }
        return unknown.map { "Invalid JSON payload received. Unknown name \"\($0)\" at 'request'." }
    }

    private static func geminiObjection(_ request: [String: Any]) -> String? {
        guard request["contents"] is [Any] else { return "contents: required" }
        if let unknown = request.keys.sorted().first(where: { !gemini.contains($0) }) {
            return "Invalid JSON payload received. Unknown name \"\(unknown)\" at 'request'."
        }
        let labels = request["labels"] as? [String: Any] ?? [:]
        for (key, value) in labels {
            guard let value = value as? String, isLabel(key), isLabel(value) else {
                return "labels: invalid label \(key)"
            }
        }
        return nil
    }

    private static func claudeObjection(_ request: [String: Any]) -> String? {
        guard request["anthropic_version"] as? String == "vertex-2023-10-16" else {
            return "anthropic_version: required"
        }
        guard request["model"] == nil else { return "model: Extra inputs are not permitted" }
        for name in ["max_tokens", "messages"] where request[name] == nil { return "\(name): Field required" }
        return nil
    }

    /// Source: Google Cloud documentation, "Requirements for labels".
    private static func isLabel(_ text: String) -> Bool {
        text.utf8.count <= 63
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            }
    }

    /// Source: discovery document of `aiplatform` v1, `GenerateContentRequest`.
    private static let gemini: Set = [
        "contents", "systemInstruction", "system_instruction", "generationConfig", "generation_config", "tools",
        "toolConfig", "tool_config", "safetySettings", "safety_settings", "labels", "cachedContent", "cached_content",
        "modelArmorConfig",
    ]
}
