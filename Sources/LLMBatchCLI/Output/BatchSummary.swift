import Foundation
import LLMBatch

/// A batch in words.
struct BatchSummary {
    let record: BatchRecord

    /// One line: `completed: 95 of 100 succeeded, 5 errored`.
    var headline: String {
        let counts = record.counts
        var parts = ["\(counts[.succeeded]) of \(counts.requested) succeeded"]
        parts += Outcome.allCases.filter { $0 != .succeeded && counts[$0] > 0 }.map { "\(counts[$0]) \($0.rawValue)" }
        if counts.open > 0 { parts.append("\(counts.open) open") }
        let isCancelling = record.cancelRequested && !record.status.isFinal
        return "\(record.status.rawValue): \(parts.joined(separator: ", "))"
            + (isCancelling ? "; cancelling" : "")
    }

    /// 0 done, 1 failed as a whole, 2 finished with unsuccessful requests, 5 needs attention.
    var exitCode: Int32 {
        if record.status == .needsAttention { return 5 }
        guard record.status.isFinal else { return 0 }
        if record.counts.unsuccessful == 0 { return 0 }
        return record.status == .failed ? 1 : 2
    }
}
