import Foundation
import LLMBatchCore
import NIOHTTP1

/// Reads the objects of Mistral's batch API leniently: a value that is absent, empty or of another type is nil.
///
/// Source: Mistral API reference, "Batch".
enum MistralWire {
    /// The metadata key of the submission token.
    static let tokenKey = "llmbatch_token"
    /// The metadata key of the batch id, for people who read the provider's list.
    static let batchKey = "llmbatch_batch"

    /// The name of an input file.
    static func fileName(_ token: String) -> String { "llmbatch-\(token).jsonl" }

    /// A job; nil when it has no id.
    ///
    /// - Parameter hours: its time limit, which the service does not report.
    static func job(_ object: JSONObject, hours: Int) -> RemoteJob? {
        guard let id = WireReading.filled(object.string("id")) else { return nil }
        let word = object.string("status") ?? ""
        let status = status(word)
        let created = object.date("created_at")
        return RemoteJob(
            id: id, status: status, rawStatus: word, token: object.object("metadata")?.string(tokenKey),
            batch: object.object("metadata")?.string(batchKey),
            inputFileID: firstText(object, "input_files"),
            outputFileID: WireReading.filled(object.string("output_file")),
            errorFileID: WireReading.filled(object.string("error_file")),
            failure: status == .failed ? failure(object.objects("errors") ?? []) : nil,
            reported: RemoteJob.ReportedCounts(
                object, total: "total_requests", completed: "succeeded_requests", failed: "failed_requests"),
            createdAt: created, expiresAt: created?.addingTimeInterval(Double(hours) * 3600))
    }

    /// The canonical status; an unknown one counts as running.
    static func status(_ word: String) -> BatchStatus {
        switch word.uppercased() {
        case "QUEUED": .validating
        case "SUCCESS": .completed
        case "FAILED": .failed
        case "TIMEOUT_EXCEEDED": .expired
        case "CANCELLATION_REQUESTED": .cancelling
        case "CANCELLED": .cancelled
        default: .inProgress
        }
    }

    private static func firstText(_ object: JSONObject, _ key: String) -> String? {
        guard let first = object.elements(key)?.first, let node = try? JSONNode(Array(object.bytes[first])) else {
            return nil
        }
        return WireReading.filled(node.text)
    }

    /// The service groups errors by their text.
    private static func failure(_ errors: [JSONObject]) -> ResultError? {
        guard let first = errors.first else { return nil }
        let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
        return ResultError(code: "failed", message: (first.string("message") ?? "no reason was given") + more)
    }
}

extension ProviderError {
    /// From an error response of Mistral's API.
    init(mistral status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.init(status: status, headers: headers, body: body)
        if status == 404, message.lowercased().contains("model") { kind = .modelNotFound }
    }
}
