import Foundation
import LLMBatchCore
import LLMBatchSchema

/// Models that are asked for structured output: set one as ``SimulatorScript/answer``.
///
/// A model here answers a list of rows, each with a `row_id`, with one element a row. A member of the output that the row
/// has too, and that fits, is copied from it, so that a test can see which row an answer belongs to; everything else is
/// made up from the row's id.
public enum StructuredModel {
    /// A service that enforces the schema it is asked for, in its own form: it refuses the schemas that OpenAI refuses,
    /// where the form is OpenAI's, and fills all others.
    public static let enforcing: @Sendable (SimulatedRequest) -> SimulatedAnswer = { request in
        answer(request) { $0 }
    }

    /// How a service that takes no notice of `response_format` answers.
    public enum Manner: String, Sendable, CaseIterable {
        /// In words.
        case words
        /// What was asked for, in a code fence.
        case fenced
        /// The list without the object around it.
        case bareList
        /// Members of other types.
        case wrongTypes
        /// Without the last row.
        case missingRow
        /// With a row that was not asked.
        case extraRow
        /// With the first row twice.
        case repeatedRow
        /// With row ids as texts.
        case textIDs
        /// With `null` in place of the first row's members.
        case nulls
        /// Cut off in the middle, as at the token limit.
        case cutOff
        /// Nothing.
        case empty
        /// JSON that is not.
        case broken
    }

    /// A service that takes no notice of `response_format`.
    public static func ignoring(_ manner: Manner) -> @Sendable (SimulatedRequest) -> SimulatedAnswer {
        { request in answer(request, checksSchema: false) { manner.changed($0) } }
    }

    /// What is answered in place of the list of rows; nil answers it as it is.
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

    /// A text, and whether it ends at the token limit.
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
