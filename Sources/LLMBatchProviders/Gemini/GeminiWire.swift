import Foundation
import LLMBatchCore

/// Reads the operations of the Gemini Batch API leniently: a value that is absent, empty or of another type is nil.
///
/// Source: Gemini API reference, "Batch API": the operation's `metadata` is a `GenerateContentBatch`
/// or an `EmbedContentBatch`.
enum GeminiWire {
    /// A job expires after two days.
    static let window: TimeInterval = 48 * 3600

    /// An operation as a job; nil when it has no name.
    static func job(_ operation: JSONObject) -> RemoteJob? {
        guard let name = WireReading.filled(operation.string("name")) else { return nil }
        let batch = operation.object("metadata")
        let failure = operation.object("error").map { GoogleCode.read($0).error }
        let word = batch?.string("state") ?? operation.string("state") ?? ""
        let created = batch?.date("createTime")
        return RemoteJob(
            id: name, status: status(word, operation, failure: failure), rawStatus: word,
            token: GoogleWire.token(inName: batch?.string("displayName")),
            inputFileID: WireReading.filled(
                batch?.object("inputConfig")?.string("fileName") ?? batch?.object("inputConfig")?.string("file_name")),
            outputFileID: WireReading.filled(operation.object("response")?.string("responsesFile"))
                ?? WireReading.filled(batch?.object("output")?.string("responsesFile")),
            failure: failure,
            isQueueFull: GoogleCode.isQueueFull(
                failure, answered: batch?.object("batchStats")?.count("successfulRequestCount")),
            reported: RemoteJob.ReportedCounts(
                batch?.object("batchStats"), total: "requestCount", completed: "successfulRequestCount",
                failed: "failedRequestCount"), createdAt: created,
            expiresAt: created?.addingTimeInterval(window))
    }

    /// The possible paths of the answers in an operation, which may contain them twice: embeddings have another name, and one
    /// guide shows the list without its wrapper.
    ///
    /// Source: Gemini API reference, `GenerateContentBatchOutput`; google-genai for `EmbedContentBatchOutput`.
    static let answers: [[String]] = [["response"], ["metadata", "output"]].flatMap { place in
        ["inlinedResponses", "inlinedEmbedContentResponses"].flatMap { name in
            [place + [name, "inlinedResponses"], place + [name]]
        }
    }

    /// A `done` operation has ended, whatever its state.
    private static func status(_ word: String, _ operation: JSONObject, failure: ResultError?) -> BatchStatus {
        let status = GoogleWire.status(word)
        let isDone = operation.isTrue("done")
        guard isDone, !status.isFinal else { return status }
        return failure == nil ? .completed : .failed
    }

}
