import Foundation
import LLMBatch

/// One result in the form of the JSON contract.
struct ResultContent: Encodable {
    let customId: String
    let position: Int
    let outcome: String
    let attempt: Int
    let statusCode: Int?
    let error: ErrorContent?
    let text: String?
    /// Left out if the model calls no tools.
    let toolCalls: [ToolCallContent]?
    let refusal: String?
    let reasoning: String?
    let finishReason: String?
    let inputTokens, outputTokens: Int?
    let recordedAt: Date
    /// True for an answer reused from the store; left out otherwise.
    let reused: Bool?

    init(_ result: BatchResult) {
        customId = result.customID.rawValue
        position = result.position
        outcome = result.outcome.rawValue
        attempt = result.job.attempt
        statusCode = result.statusCode
        error = result.error.map(ErrorContent.init)
        text = result.text
        toolCalls = result.toolCalls.isEmpty ? nil : result.toolCalls.map(ToolCallContent.init)
        refusal = result.refusal
        reasoning = result.reasoning
        finishReason = result.finishReason
        inputTokens = result.usage.input
        outputTokens = result.usage.output
        recordedAt = result.recordedAt
        reused = result.isReused ? true : nil
    }
}

/// A tool call that the model asks for.
struct ToolCallContent: Encodable {
    let id: String?
    let name, arguments: String

    init(_ call: BatchResult.ToolCall) {
        (id, name, arguments) = (call.id, call.name, call.arguments)
    }
}

extension BatchResult {
    /// The answer as one text: the words, the tool calls, the refusal; nil if it has none of them.
    var said: String? { Self.said(text, toolCalls.map { ($0.name, $0.arguments) }, refusal) }

    fileprivate static func said(_ text: String?, _ calls: [(String, String)], _ refusal: String?) -> String? {
        var parts = text.map { $0.isEmpty ? [] : [$0] } ?? []
        if !calls.isEmpty {
            parts.append("[calls \(calls.map { "\($0)(\($1))" }.joined(separator: ", "))]")
        }
        if let refusal { parts.append("[refused: \(refusal)]") }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }
}

extension ResultContent {
    /// The same as ``BatchResult/said``.
    var said: String? { BatchResult.said(text, toolCalls?.map { ($0.name, $0.arguments) } ?? [], refusal) }
}

/// One attempt at one request in the form of the JSON contract.
struct TryContent: Encodable {
    let attempt: Int
    let job: Int
    let provider: ProviderContent
    let remoteId: String?
    /// `open` while there is no result.
    let outcome: String
    let result: ResultContent?

    init(_ entry: RequestTry) {
        attempt = entry.attempt.number
        job = entry.job.index
        provider = ProviderContent(entry.attempt.provider)
        remoteId = entry.remoteID
        outcome = entry.result?.outcome.rawValue ?? "open"
        result = entry.result.map(ResultContent.init)
    }
}
