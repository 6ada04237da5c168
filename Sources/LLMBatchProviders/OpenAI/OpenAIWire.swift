import Foundation
import LLMBatchCore

/// Reads the objects of the OpenAI Files and Batches API leniently: a value that is absent, empty or of another type is nil.
///
/// Source: OpenAI API reference, "The batch object", "The file object", and observed answers of services.
enum OpenAIWire {
    /// The metadata key of the submission token.
    static let tokenKey = "llmbatch_token"
    /// The metadata key of the batch id, for people who read the provider's list.
    static let batchKey = "llmbatch_batch"

    /// A batch object; nil when it has no id.
    static func job(_ object: JSONObject) -> RemoteJob? {
        guard let id = WireReading.filled(object.string("id")) else { return nil }
        let word = object.string("status") ?? ""
        let errors = object.object("errors")?.objects("data") ?? []
        let failure = errors.first.map { error in
            ResultError(code: error.string("code") ?? "failed", message: message(error, of: errors.count))
        }
        return RemoteJob(
            id: id, status: status(word), rawStatus: word, token: object.object("metadata")?.string(tokenKey),
            batch: object.object("metadata")?.string(batchKey),
            inputFileID: WireReading.filled(object.string("input_file_id")),
            outputFileID: WireReading.filled(object.string("output_file_id")),
            errorFileID: WireReading.filled(object.string("error_file_id")),
            failure: failure ?? reason(object).map { ResultError(code: "failed", message: $0) },
            failureLine: errors.first?.count("line"),
            isQueueFull: errors.contains {
                QueueFullError.isMeant(code: $0.string("code"), message: $0.string("message"))
            } || QueueFullError.isMeant(code: nil, message: reason(object)),
            lacksInput: errors.contains(where: isMissingInput),
            reported: RemoteJob.ReportedCounts(
                object.object("request_counts") ?? object, total: "total", completed: "completed", failed: "failed"),
            createdAt: object.date("created_at"),
            expiresAt: object.date("expires_at") ?? object.date("job_deadline"))
    }

    /// The canonical status; an unknown one counts as running.
    static func status(_ word: String) -> BatchStatus {
        let bare = ["job_state_", "batch_status_"].reduce(word.lowercased()) { String($0.trimmingPrefix($1)) }
        return switch bare {
        case "validating", "creating", "queued", "pending", "submitted": .validating
        case "finalizing": .finalizing
        case "completed", "success", "succeeded": .completed
        case "failed": .failed
        case "expired": .expired
        case "cancelling", "canceling": .cancelling
        case "cancelled", "canceled": .cancelled
        default: .inProgress
        }
    }

    /// Not a fault of the requests: the upload was not visible yet, or is gone.
    private static func isMissingInput(_ error: JSONObject) -> Bool {
        (error.string("message") ?? "").lowercased().contains("cannot find file")
    }

    private static func message(_ error: JSONObject, of count: Int) -> String {
        let more = count > 1 ? " (and \(count - 1) more)" : ""
        return (error.string("message") ?? "no reason was given") + more
    }

    /// The time under a key, see ``WireNumber/date(_:)``.
    static func date(_ object: JSONObject, _ key: String) -> Date? { object.date(key) }

    /// Why a job failed, if given as one text.
    private static func reason(_ object: JSONObject) -> String? {
        WireReading.filled(object.string("errors")) ?? WireReading.filled(object.string("error"))
            ?? WireReading.filled(object.object("error")?.string("message"))
    }
}
