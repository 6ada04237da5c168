import LLMBatchCore

/// Reads the objects of the Message Batches API, leniently: what is absent, empty or of another type is nil.
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
            id: id, status: status, word: word, outputFileID: WireReading.filled(object.string("results_url")),
            // Until the end all requests count as processing, and nothing can be compared.
            reported: status.isFinal ? counts.reported : nil, createdAt: WireReading.date(object.string("created_at")),
            expiresAt: WireReading.date(object.string("expires_at")))
    }

    /// How many requests a batch has: at any time the sum of its counters.
    static func requests(of object: JSONObject) -> Int { Counts(object.object("request_counts")).total }

    /// A status in our words; one never seen before counts as running.
    ///
    /// A batch only ever ends: whether it was cancelled or ran out of time is in the counters.
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

        init(_ object: JSONObject?) {
            func count(_ key: String) -> Int { object?.integer(key) ?? 0 }
            (processing, succeeded, errored) = (count("processing"), count("succeeded"), count("errored"))
            (canceled, expired) = (count("canceled"), count("expired"))
        }

        var total: Int { processing + succeeded + errored + canceled + expired }

        var reported: RemoteJob.ReportedCounts? {
            guard total > 0 else { return nil }
            return RemoteJob.ReportedCounts(
                total: total, completed: succeeded, failed: errored + canceled + expired)
        }
    }
}
