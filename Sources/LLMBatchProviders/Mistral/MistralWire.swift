import Foundation
import LLMBatchCore
import NIOHTTP1

/// Reads the objects of Mistral's batch API, leniently: what is absent, empty or of another type is nil.
///
/// Source: Mistral API reference, "Batch".
enum MistralWire {
    /// The metadata key that carries the submission token.
    static let tokenKey = "llmbatch_token"
    /// The metadata key that carries the batch id, for people who look at the provider's list.
    static let batchKey = "llmbatch_batch"

    /// The name of an input.
    static func fileName(_ token: String) -> String { "llmbatch-\(token).jsonl" }

    /// A job; nil when it has no id.
    ///
    /// - Parameter hours: how long it may take, which the service does not say.
    static func job(_ object: JSONObject, hours: Int) -> RemoteJob? {
        guard let id = WireReading.filled(object.string("id")) else { return nil }
        let word = object.string("status") ?? ""
        let status = status(word)
        let created = object.integer("created_at").map { Date(timeIntervalSince1970: TimeInterval($0)) }
        return RemoteJob(
            id: id, status: status, word: word, token: object.object("metadata")?.string(tokenKey),
            batch: object.object("metadata")?.string(batchKey),
            inputFileID: firstText(object, "input_files"),
            outputFileID: WireReading.filled(object.string("output_file")),
            errorFileID: WireReading.filled(object.string("error_file")),
            failure: status == .failed ? failure(object.objects("errors") ?? []) : nil, reported: counts(object),
            createdAt: created, expiresAt: created?.addingTimeInterval(Double(hours) * 3600))
    }

    /// A status in our words; one never seen before counts as running.
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

    /// Errors are counted by their text.
    private static func failure(_ errors: [JSONObject]) -> ResultError? {
        guard let first = errors.first else { return nil }
        let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
        return ResultError(code: "failed", message: (first.string("message") ?? "no reason was given") + more)
    }

    private static func counts(_ object: JSONObject) -> RemoteJob.ReportedCounts? {
        guard let total = object.integer("total_requests") else { return nil }
        return RemoteJob.ReportedCounts(
            total: total, completed: object.integer("succeeded_requests") ?? 0,
            failed: object.integer("failed_requests") ?? 0)
    }
}

/// The errors of Mistral's API: an object without a wrapper, or the list of a validation.
///
/// Source: Mistral documentation, "Error glossary"; the messages are seen as objects and the codes as numbers too.
enum MistralError {
    /// Code and message of an error; nil for an object that is none.
    static func read(_ object: JSONObject) -> ResultError? {
        let inner = object.object("message") ?? object
        if let message = inner.string("message") ?? object.string("message") {
            let code = object.string("code") ?? object.integer("code").map(String.init) ?? object.string("type")
            return ResultError(code: code ?? "error", message: message)
        }
        guard let details = (inner.objects("detail") ?? object.objects("detail")), let first = details.first else {
            return object.string("detail").map { ResultError(code: "error", message: $0) }
        }
        let place = (first.elements("loc") ?? []).compactMap { range -> String? in
            let node = try? JSONNode(Array(first.bytes[range]))
            return node?.text ?? node?.literal
        }.joined(separator: ".")
        let message = first.string("msg") ?? "no reason was given"
        return ResultError(
            code: first.string("type") ?? "validation_error", message: place.isEmpty ? message : "\(place): \(message)")
    }
}

extension ProviderError {
    /// From an answer of Mistral's API that is not a success.
    init(mistral status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.init(status: status, headers: headers, body: body)
        guard let error = (try? JSONObject(body)).flatMap(MistralError.read) else { return }
        code = error.code
        message = error.message
        if status == 404, message.lowercased().contains("model") { kind = .modelNotFound }
    }
}
