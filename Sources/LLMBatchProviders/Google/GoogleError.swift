import Foundation
import LLMBatchCore
import NIOHTTP1

extension ProviderError {
    /// From an error response of a Google service.
    ///
    /// Source: google.rpc.Status in AIP-193 with `RetryInfo`, `QuotaFailure` and `ErrorInfo` among its details; Cloud Storage
    /// sends the same envelope without `status`.
    init(google status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.init(status: status, headers: headers, body: body)
        // Streaming calls have been seen to wrap the object in an array.
        guard let error = (try? JSONObject(body))?.object("error") else { return }
        let word = error.string("status") ?? error.objects("errors")?.first?.string("reason")
        let details = error.objects("details") ?? []
        code = word ?? code
        retryAfter = details.lazy.compactMap(Self.retryDelay).first ?? retryAfter
        let reasons = details.compactMap { $0.string("reason") }
        if reasons.contains("API_KEY_INVALID") { kind = .authentication }
        // Right after an upload, the file may still be processed.
        if status == 400, word == "FAILED_PRECONDITION", message.contains("ACTIVE state") { kind = .overloaded }
        if status == 409, word != "ABORTED" { kind = .invalidRequest }
        if status == 429, details.contains(where: Self.isDailyQuota) { kind = .quota }
    }

    /// The meaning of this refusal for the creation of a job.
    ///
    /// A missing resource may have a name like a model's, such as the bucket `gs://acme-models`: only a message that names the
    /// job's own model is about the model. Quotas of queued and running jobs clear as jobs end.
    func refusing(jobOf model: String) -> ProviderError {
        var error = self
        let name = model.split(separator: "/").last ?? ""
        let words = message.split(separator: " ").filter { !$0.contains("gs://") }
        if kind == .notFound, !name.isEmpty, words.contains(where: { $0.contains(name) }) {
            error.kind = .modelNotFound
        }
        if kind == .rateLimit, code == "RESOURCE_EXHAUSTED" { error.isQueueFull = true }
        return error
    }

    /// `RetryInfo.retryDelay`: decimal seconds and an `s`, at most an hour.
    private static func retryDelay(_ detail: JSONObject) -> Duration? {
        guard let text = detail.string("retryDelay"), text.hasSuffix("s") else { return nil }
        return WireNumber.wait(text.dropLast())
    }

    /// A daily quota does not clear while a run waits.
    private static func isDailyQuota(_ detail: JSONObject) -> Bool {
        (detail.objects("violations") ?? []).contains {
            ($0.string("quotaId") ?? "").contains("PerDay")
        }
    }
}

/// The codes of google.rpc, which results and failed jobs give as a number, a name, or an HTTP status.
///
/// Source: google/rpc/code.proto.
enum GoogleCode {
    private static let words: [Int: (String, Int)] = [
        1: ("CANCELLED", 499), 2: ("UNKNOWN", 500), 3: ("INVALID_ARGUMENT", 400), 4: ("DEADLINE_EXCEEDED", 504),
        5: ("NOT_FOUND", 404), 6: ("ALREADY_EXISTS", 409), 7: ("PERMISSION_DENIED", 403),
        8: ("RESOURCE_EXHAUSTED", 429), 9: ("FAILED_PRECONDITION", 400), 10: ("ABORTED", 409),
        11: ("OUT_OF_RANGE", 400), 12: ("UNIMPLEMENTED", 501), 13: ("INTERNAL", 500), 14: ("UNAVAILABLE", 503),
        15: ("DATA_LOSS", 500), 16: ("UNAUTHENTICATED", 401),
    ]

    /// An error object as code and message, with the equivalent HTTP status.
    static func read(_ error: JSONObject) -> (error: ResultError, status: Int?) {
        let number = error.integer("code")
        let known = number.flatMap { words[$0] }
        let word = error.string("status") ?? known?.0 ?? number.map { "http_\($0)" } ?? "error"
        let status = known?.1 ?? number.flatMap { (100..<600).contains($0) ? $0 : nil }
        return (ResultError(code: word, message: error.string("message") ?? "no message"), status)
    }

    /// The HTTP status of a code; nil for an unknown one.
    static func status(ofWord word: String) -> Int? { words.values.first { $0.0 == word }?.1 }

    /// Whether a job failed because the service's queue was full. A job with answers did run: its answers are kept, and it is
    /// not submitted again.
    static func isQueueFull(_ error: ResultError?, answered: Int?) -> Bool {
        error?.code == "RESOURCE_EXHAUSTED" && (answered ?? 0) <= 0
    }

    /// The outcome of a request with this error.
    static func outcome(_ error: ResultError) -> Outcome { error.code == "CANCELLED" ? .cancelled : .errored }
}
