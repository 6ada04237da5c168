import Foundation
import LLMBatchCore

/// Reads the jobs and lines of Fireworks' batch inference.
///
/// Source: fireworks-ai 1.2.30 `types/batch_inference_job.py`.
enum FireworksWire {
    /// The prefix of ids that carry the submission token.
    static let idPrefix = "llmbatch-"

    static func job(_ object: JSONObject) -> RemoteJob? {
        guard let name = WireReading.filled(object.string("name")) else { return nil }
        let id = last(name)
        let word = object.string("state") ?? ""
        let status = status(word)
        let message = WireReading.filled(object.object("status")?.string("message"))
        let created = object.date("createTime")
        return RemoteJob(
            id: id, status: status, rawStatus: word,
            token: id.hasPrefix(idPrefix) ? String(id.dropFirst(idPrefix.count)) : nil,
            inputFileID: WireReading.filled(object.string("inputDatasetId")).map(last),
            outputFileID: WireReading.filled(object.string("outputDatasetId")).map(last),
            failure: status == .failed
                ? ResultError(
                    code: WireReading.filled(object.object("status")?.string("code")) ?? "failed",
                    message: message ?? "no reason was given") : nil,
            reported: RemoteJob.ReportedCounts(
                object.object("jobProgress"), total: "totalInputRequests", completed: "successfullyProcessedRequests",
                failed: "failedRequests"), createdAt: created,
            expiresAt: created?.addingTimeInterval(86_400))
    }

    static func status(_ word: String) -> BatchStatus {
        switch word.uppercased().replacing("JOB_STATE_", with: "") {
        case "VALIDATING", "PENDING", "CREATING", "CREATING_INPUT_DATASET", "UNSPECIFIED": .validating
        case "WRITING_RESULTS": .finalizing
        // Unfinished requests have no line.
        case "COMPLETED", "EARLY_STOPPED": .completed
        case "FAILED": .failed
        case "CANCELLING", "DELETING", "DELETING_CLEANING_UP": .cancelling
        case "CANCELLED": .cancelled
        case "EXPIRED": .expired
        default: .inProgress
        }
    }

    /// `accounts/a/datasets/x` is `x`.
    static func last(_ name: String) -> String { name.split(separator: "/").last.map(String.init) ?? name }

    /// A result line: the answer is in `response`, in its `body`, or the line itself.
    static func line(_ bytes: [UInt8], source: ResultSource, endpoint: Endpoint) -> ReceivedLine {
        guard let line = try? JSONObject(bytes), let id = line.string("custom_id") else {
            return OpenAIResultLine.unreadable(bytes, source, "the line is not a result", idKey: "custom_id")
        }
        let customID = CustomID(id)
        let response = line.object("response")
        if let answer = response?.object("body") ?? response ?? (line.has("choices") ? line : nil),
            !line.isFilled("error")
        {
            let body = RealtimeAnswer(
                statusCode: response?.status("status_code") ?? 200, requestID: answer.string("id"),
                body: Array(answer.text))
            return .result(
                OpenAIResultLine.translated(
                    native: bytes, id: answer.string("id"), customID: customID, endpoint: endpoint, answer: body,
                    source: source))
        }
        let failure =
            line.reportedError
            ?? ResultError(code: "no_response", message: "the line has neither a response nor an error")
        return .result(
            OpenAIResultLine.translated(
                native: bytes, id: nil, customID: customID, outcome: .errored, error: failure, source: source))
    }
}
