import Foundation
import LLMBatch

/// One result as the JSON contract has it.
struct ResultContent: Encodable {
    let customId: String
    let position: Int
    let outcome: String
    let attempt: Int
    let statusCode: Int?
    let error: ErrorContent?
    let text: String?
    let finishReason: String?
    let inputTokens, outputTokens: Int?
    let recordedAt: Date
    /// True for an answer that was in the store already; else left out.
    let reused: Bool?

    init(_ result: BatchResult) {
        customId = result.customID.rawValue
        position = result.position
        outcome = result.outcome.rawValue
        attempt = result.job.attempt
        statusCode = result.statusCode
        error = result.error.map(ErrorContent.init)
        text = result.text
        finishReason = result.finishReason
        inputTokens = result.usage.input
        outputTokens = result.usage.output
        recordedAt = result.recordedAt
        reused = result.isReused ? true : nil
    }
}

/// One attempt at one request as the JSON contract has it.
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
