import Foundation
import LLMBatchCore
import NIOHTTP1

/// Reads the objects of the batch inference API leniently: a value that is absent, empty or of another type is nil.
///
/// Sources: digitalocean/openapi `models/batch.yml` and related files; godo's `batch_inference.go`, which has an earlier
/// format: a list of `edges`, a `download`, `file_id` and the status `queued`.
enum DigitalOceanWire {
    /// A job; nil when it has no id.
    static func job(_ object: JSONObject) -> RemoteJob? {
        guard let id = WireReading.filled(object.string("batch_id") ?? object.string("id")) else { return nil }
        let word = object.string("status") ?? ""
        let created = object.date("created_at")
        let input = object.string("input_file_id") ?? object.string("file_id")
        return RemoteJob(
            id: id, status: status(word), rawStatus: word,
            token: WireReading.filled(object.string("request_id"))
                ?? object.object("metadata")?.string(OpenAIWire.tokenKey),
            batch: object.object("metadata")?.string(OpenAIWire.batchKey),
            inputFileID: WireReading.filled(input),
            outputFileID: WireReading.filled(object.string("output_file_id")),
            errorFileID: WireReading.filled(object.string("error_file_id")), failure: failure(object),
            failureLine: object.objects("errors")?.first?.count("line"),
            isQueueFull: (object.objects("errors") ?? []).contains {
                QueueFullError.isMeant(code: $0.string("code"), message: $0.string("message"))
            },
            reported: RemoteJob.ReportedCounts(
                object.object("request_counts"), total: "total", completed: "completed", failed: "failed"),
            createdAt: created,
            // Documented as a day after the creation; some answers had the expiration of the upload URL instead.
            expiresAt: created?.addingTimeInterval(86_400) ?? object.date("expires_at"))
    }

    private static func status(_ word: String) -> BatchStatus {
        word.lowercased() == "queued" ? .validating : OpenAIWire.status(word)
    }

    private static func failure(_ object: JSONObject) -> ResultError? {
        guard let errors = object.objects("errors"), let first = errors.first else { return nil }
        let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
        return ResultError(
            code: WireReading.filled(first.string("code")) ?? "failed",
            message: (WireReading.filled(first.string("message")) ?? "no reason was given") + more)
    }

    /// A page of the list; nil for anything else.
    static func page(_ object: JSONObject) -> Listing<RemoteJob>.Page? {
        if let objects = object.objects("data") {
            let jobs = objects.compactMap(job)
            let last = WireReading.filled(object.string("last_id")) ?? jobs.last?.id
            return .init(items: jobs, next: next(object.isTrue("has_more"), last))
        }
        guard let edges = object.objects("edges") else { return nil }
        let info = object.object("page_info")
        return .init(
            items: edges.compactMap { $0.object("node").flatMap(job) },
            next: next(info?.isTrue("hasNextPage") == true, WireReading.filled(info?.string("endCursor"))))
    }

    private static func next(_ hasMore: Bool, _ cursor: String?) -> Listing<RemoteJob>.Next {
        guard hasMore else { return .end }
        return cursor.map { .page($0) } ?? .unknown
    }

    /// The presigned URLs of a job's files, by `output` and `error`.
    static func links(_ object: JSONObject) -> [String: String] {
        let output = object.string("output_file_url") ?? object.object("download")?.string("presigned_url")
        let named = [
            "output": WireReading.filled(output), "error": WireReading.filled(object.string("error_file_url")),
        ]
        return named.compactMapValues { $0 }
    }
}

extension ProviderError {
    /// From an error response of DigitalOcean's API: `{"id", "message", "request_id"}`.
    init(digitalOcean status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.init(status: status, headers: headers, body: body)
        code = code ?? WireReading.filled((try? JSONObject(body))?.string("id"))
    }

    /// The same error from a presigned URL: the URL was refused, not our key, and the next try gets a new URL.
    var ofSignedLink: ProviderError {
        guard kind == .authentication || kind == .permission else { return self }
        var error = self
        error.kind = .overloaded
        error.message = "the presigned URL was refused: \(message)"
        return error
    }
}
