import LLMBatchCore

/// Reads the objects of the Message Batches API leniently: a value that is absent, empty or of another type is nil.
///
/// Source: Anthropic API reference, "The message batch object".
enum AnthropicWire {
    /// A batch object; nil when it has no id.
    static func job(_ object: JSONObject) -> RemoteJob? {
        guard let id = WireReading.filled(object.string("id")) else { return nil }
        let word = object.string("processing_status") ?? ""
        let counts = Counts(object.object("request_counts"))
        let status = status(word, counts, wasCancelled: object.has("cancel_initiated_at"))
        return RemoteJob(
            id: id, status: status, rawStatus: word, outputFileID: WireReading.filled(object.string("results_url")),
            // Until the end, all requests count as processing, so nothing can be compared.
            reported: status.isFinal ? counts.reported : nil, createdAt: object.date("created_at"),
            expiresAt: object.date("expires_at"))
    }

    /// The number of requests in a batch: the sum of its counters.
    static func requests(of object: JSONObject) -> Int { Counts(object.object("request_counts")).total }

    /// The canonical status; an unknown one counts as running.
    ///
    /// A batch only reports that it ended: the counters show whether it was cancelled or expired.
    private static func status(_ word: String, _ counts: Counts, wasCancelled: Bool) -> BatchStatus {
        switch word.lowercased() {
        case "canceling", "cancelling": return .cancelling
        case "ended":
            if counts.canceled > 0 || (counts.total == 0 && wasCancelled) { return .cancelled }
            return counts.expired > 0 ? .expired : .completed
        default: return .inProgress
        }
    }

    /// `request_counts`.
    private struct Counts {
        let processing, succeeded, errored, canceled, expired: Int

        /// False when a counter is present but not a number: then nothing can be compared.
        let isBelievable: Bool

        init(_ object: JSONObject?) {
            let keys = ["processing", "succeeded", "errored", "canceled", "expired"]
            isBelievable = keys.allSatisfy { object?.has($0) != true || object?.count($0) != nil }
            func count(_ key: String) -> Int { object?.count(key) ?? 0 }
            (processing, succeeded, errored) = (count("processing"), count("succeeded"), count("errored"))
            (canceled, expired) = (count("canceled"), count("expired"))
        }

        var total: Int { [processing, succeeded, errored, canceled, expired].clampedSum() }

        var reported: RemoteJob.ReportedCounts? {
            guard total > 0, isBelievable else { return nil }
            return RemoteJob.ReportedCounts(
                total: total, completed: succeeded, failed: [errored, canceled, expired].clampedSum())
        }
    }
}
