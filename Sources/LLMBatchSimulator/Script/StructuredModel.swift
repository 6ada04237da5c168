import Foundation
import LLMBatchCore
import LLMBatchSchema

/// Models for requests with structured output: set one as ``SimulatorScript/answer``.
///
/// A model here answers a list of rows, each with a `row_id`, with one element per row. If an output member also exists
/// in the row and its value fits, the model copies it, so that a test can match answers to rows. It derives everything
/// else from the row's id.
public enum StructuredModel {
    /// A service that enforces the requested schema. In OpenAI's format, it rejects the schemas that OpenAI rejects. It
    /// fills all others.
    public static let enforcing: @Sendable (SimulatedRequest) -> SimulatedAnswer = { request in
        answer(request) { $0 }
    }

    /// How a service that ignores `response_format` answers.
    public enum Manner: String, Sendable, CaseIterable {
        /// Plain text.
        case words
        /// The requested JSON in a code fence.
        case fenced
        /// The list without the enclosing object.
        case bareList
        /// Members of wrong types.
        case wrongTypes
        /// Without the last row.
        case missingRow
        /// An additional row that was not requested.
        case extraRow
        /// The first row twice.
        case repeatedRow
        /// Row ids as strings.
        case textIDs
        /// `null` instead of the members of the first row.
        case nulls
        /// Truncated, as at the token limit.
        case cutOff
        /// An empty answer.
        case empty
        /// Malformed JSON.
        case broken
    }

    /// A service that ignores `response_format`.
    public static func ignoring(_ manner: Manner) -> @Sendable (SimulatedRequest) -> SimulatedAnswer {
        { request in answer(request, checksSchema: false) { manner.changed($0) } }
    }

    /// Fills the requested schema and answers with what `change` makes of it.
    private static func answer(
        _ request: SimulatedRequest, checksSchema: Bool = true, _ change: (JSONNode) -> Answer
    ) -> SimulatedAnswer {
        guard let asked = StructuredQuestion(request) else { return .success }
        if checksSchema, let format = asked.format, format["strict"] == .bool(true),
            let objection = StrictRules.objection(to: asked.schema)
        {
            let name = format["name"]?.text ?? ""
            return .httpError(
                status: 400, code: nil, message: "Invalid schema for response_format '\(name)': \(objection)")
        }
        let rows = asked.words.flatMap { try? JSONNode(Array($0.utf8)) }
        let answer = change(SchemaFiller(root: asked.schema, rows: rows?.elements ?? []).whole)
        guard let tool = asked.tool else { return answer.simulated }
        let call = SimulatedReply.ToolCall(id: "call_1", name: tool, arguments: answer.text)
        return .reply(SimulatedReply(text: nil, toolCalls: [call]))
    }

    private static func answer(
        _ request: SimulatedRequest, _ change: (JSONNode) -> JSONNode
    ) -> SimulatedAnswer {
        answer(request) { Answer(text: String(decoding: change($0).json, as: UTF8.self)) }
    }

    /// A text, and whether the token limit cut it off.
    fileprivate struct Answer {
        var text: String
        var isCutOff = false

        var simulated: SimulatedAnswer {
            guard isCutOff else { return .text(text) }
            let message: JSONNode = ["role": "assistant", "content": .string(text)]
            let choice: JSONNode = ["index": 0, "message": message, "finish_reason": "length"]
            let usage: JSONNode = ["prompt_tokens": 14, "completion_tokens": 5, "total_tokens": 19]
            let body: JSONNode = [
                "id": "chatcmpl-cut", "object": "chat.completion", "created": 0, "model": "m",
                "choices": [choice], "usage": usage,
            ]
            return .body(status: 200, json: Data(body.json))
        }
    }
}

extension StructuredModel.Manner {
    fileprivate func changed(_ whole: JSONNode) -> StructuredModel.Answer {
        let text = String(decoding: whole.json, as: UTF8.self)
        var rows = whole["rows"]?.elements ?? []
        switch self {
        case .words: return .init(text: "Here is what I think of these rows: they are fine.")
        case .fenced: return .init(text: "```json\n\(text)\n```\n")
        case .bareList: return .init(text: String(decoding: JSONNode.array(rows).json, as: UTF8.self))
        case .cutOff: return .init(text: String(text.prefix(text.count * 2 / 3)), isCutOff: true)
        case .empty: return .init(text: "")
        case .broken: return .init(text: String(text.dropLast()) + ",]")
        case .wrongTypes: rows = rows.map { Self.members($0) { $0 == .string("1") ? 1 : ["x": $0] } }
        case .missingRow: rows = rows.dropLast()
        case .extraRow: rows += rows.last.map { [Self.renumbered($0, 1_000_000)] } ?? []
        case .repeatedRow: rows += rows.prefix(1)
        case .textIDs: rows = rows.map { Self.renumbered($0, nil) }
        case .nulls: rows = rows.enumerated().map { $0 == 0 ? Self.members($1) { _ in .null } : $1 }
        }
        return .init(
            text: String(decoding: JSONNode.object([.init(key: "rows", value: .array(rows))]).json, as: UTF8.self))
    }

    private static func members(_ row: JSONNode, _ change: (JSONNode) -> JSONNode) -> JSONNode {
        .object(
            (row.members ?? []).map { $0.key == "row_id" ? $0 : .init(key: $0.key, value: change($0.value)) })
    }

    private static func renumbered(_ row: JSONNode, _ number: Int?) -> JSONNode {
        var row = row
        if let number { row["row_id"] = .number(String(number)) }
        if number == nil, case .number(let literal)? = row["row_id"] { row["row_id"] = .string(literal) }
        return row
    }
}
