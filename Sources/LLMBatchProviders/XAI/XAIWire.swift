import Foundation
import LLMBatchCore

/// Reads the jobs of xAI's Batch API, which have counters and times but no status.
///
/// Source: docs.x.ai, "Batch API"; xai-sdk 1.21.0 `proto/v6/batch_pb2.pyi`.
enum XAIWire {
    /// The prefix of names that carry the submission token.
    static let namePrefix = "llmbatch-"

    /// How long a job with pending requests is polled after its end: answers in progress are billed, and a retry would pay
    /// for them again.
    private static let grace: TimeInterval = 30 * 60

    /// A job; nil when it has no id.
    ///
    /// - Parameter now: the time by the service's clock.
    static func job(_ object: JSONObject, now: Date) -> RemoteJob? {
        guard let id = WireReading.filled(object.string("batch_id")) else { return nil }
        let state = object.object("state")
        let total = state?.count("num_requests") ?? 0
        let pending = state?.count("num_pending") ?? 0
        let name = object.string("name") ?? ""
        let expires = object.date("expire_time")
        let reason = WireReading.filled(object.string("cancel_by_xai_message"))
        return RemoteJob(
            id: id, status: status(object, total: total, pending: pending, expires: expires, now: now),
            rawStatus: "\(pending) of \(total) pending",
            token: name.hasPrefix(namePrefix) ? String(name.dropFirst(namePrefix.count)) : nil,
            inputFileID: WireReading.filled(object.string("input_file_id")),
            failure: reason.map { ResultError(code: "cancelled_by_provider", message: $0) },
            reported: RemoteJob.ReportedCounts(
                state, total: "num_requests", completed: "num_success", failed: "num_error", "num_cancelled"),
            createdAt: object.date("create_time"), expiresAt: expires)
    }

    private static func status(
        _ object: JSONObject, total: Int, pending: Int, expires: Date?, now: Date
    ) -> BatchStatus {
        let isCancelled = object.has("cancel_time")
        if total > 0, pending == 0 { return isCancelled ? .cancelled : .completed }
        if let expires, expires.addingTimeInterval(grace) < now { return .expired }
        if isCancelled { return total == 0 ? .cancelled : .cancelling }
        return pending == total ? .validating : .inProgress
    }

    /// The names of gRPC status codes.
    static func word(ofCode code: Int) -> String {
        [
            1: "cancelled", 2: "unknown", 3: "invalid_argument", 4: "deadline_exceeded", 5: "not_found",
            7: "permission_denied", 8: "resource_exhausted", 13: "internal", 14: "unavailable", 16: "unauthenticated",
        ][code] ?? "code_\(code)"
    }
}
