import Foundation
import LLMBatch

/// The state of a batch in one line.
struct BatchSummary {
    let record: BatchRecord
    /// The jobs of its latest attempt, if they carry more than the record.
    var jobs: [ProviderJob] = []

    /// One line: `completed: 95 of 100 succeeded, 5 errored`.
    var headline: String {
        let counts = record.counts
        var parts = ["\(counts[.succeeded].grouped) of \(counts.requested.grouped) succeeded"]
        parts += Outcome.allCases.filter { $0 != .succeeded && counts[$0] > 0 }.map {
            "\(counts[$0].grouped) \($0.rawValue)"
        }
        if counts.open > 0 { parts.append("\(counts.open.grouped) open") }
        let isCancelling = record.cancelRequested && !record.status.isFinal && record.status != .cancelling
        let uncollected = jobs.uncollected
        if uncollected > 0 { parts.append("\(uncollected.grouped) of them done at the provider") }
        return "\(record.status.rawValue): \(parts.joined(separator: ", "))"
            + (isCancelling ? "; cancelling" : "") + (refusal.map { "; \($0)" } ?? "")
    }

    /// The provider's reason for failing the whole batch.
    private var refusal: String? {
        guard record.status == .failed, record.counts[.succeeded] == 0 else { return nil }
        return jobs.lazy.compactMap(\.state.failure).first.map { "\($0.message) (\($0.code))" }
    }

    /// 0 done, 1 failed as a whole, 2 finished with unsuccessful requests, 5 needs attention.
    var exitCode: Int32 {
        if record.status == .needsAttention { return 5 }
        guard record.status.isFinal else { return 0 }
        if record.counts.unsuccessful == 0 { return 0 }
        return record.status == .failed ? 1 : 2
    }
}

extension BatchSummary {
    /// The summary of a batch, including what its provider reports.
    init(_ batch: Batch, _ record: BatchRecord) async throws {
        let isPlain = record.attempts == 0 || record.status.isFinal && record.status != .failed
        self.init(
            record: record,
            jobs: isPlain ? [] : try await batch.storage.providerJobs(of: batch.id, attempt: record.attempts))
    }
}
