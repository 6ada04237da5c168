import Foundation
import LLMBatchCore

/// The format of a job's rows, which the model determines.
enum VertexForm {
    case gemini, claude, embedding

    init(model: String) {
        let name = model.split(separator: "/").last ?? ""
        let isAnthropic = model.hasPrefix("publishers/anthropic/")
        self = isAnthropic ? .claude : name.hasPrefix("gemini-embedding") ? .embedding : .gemini
    }

    var endpoint: String { self == .embedding ? "/v1/embeddings" : "/v1/chat/completions" }
}

/// The rows of a job's input object.
struct VertexInput {
    private(set) var lines: [InputLine] = []
    private(set) var problems: [BatchProblem] = []

    init(_ file: Data, _ form: VertexForm) {
        for (index, line) in Lines.split(file).enumerated() where !line.isEmpty {
            guard let row = JSONNode(reading: line), row.isObject else {
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
    private static func id(_ row: JSONNode, _ form: VertexForm) -> String {
        if form == .claude { return row["custom_id"]?.text ?? "" }
        if form == .embedding { return row["key"]?.text ?? "" }
        return row["request"]?["labels"]?.members?.compactMap(\.value.text).first ?? ""
    }

    /// The problem with a row that the service finds while the job runs; nil when there is none.
    static func objection(to line: InputLine, _ form: VertexForm) -> String? {
        guard let request = JSONNode(reading: line.source)?["request"], request.isObject else {
            return "request: required"
        }
        return switch form {
        case .claude: claudeObjection(request)
        case .gemini: geminiObjection(request)
        case .embedding: embeddingObjection(request)
        }
    }

    /// Source: Google Cloud documentation, "Get batch embeddings inferences".
    private static func embeddingObjection(_ request: JSONNode) -> String? {
        guard request["content"]?["parts"]?.elements != nil else { return "content: required" }
        let known: Set = ["content", "embed_content_config", "embedContentConfig"]
        let unknown = request.keys.first { !known.contains($0) }
        return unknown.map { "Invalid JSON payload received. Unknown name \"\($0)\" at 'request'." }
    }

    private static func geminiObjection(_ request: JSONNode) -> String? {
        guard request["contents"]?.elements != nil else { return "contents: required" }
        if let unknown = request.keys.first(where: { !gemini.contains($0) }) {
            return "Invalid JSON payload received. Unknown name \"\(unknown)\" at 'request'."
        }
        for label in request["labels"]?.members ?? [] {
            guard let value = label.value.text, isLabel(label.key), isLabel(value) else {
                return "labels: invalid label \(label.key)"
            }
        }
        return nil
    }

    private static func claudeObjection(_ request: JSONNode) -> String? {
        guard request["anthropic_version"] == "vertex-2023-10-16" else {
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
