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
        return "\(record.status.rawValue): \(parts.joined(separator: ", "))"
    }

    /// What can be done next, as commands to type.
    var advice: [String] {
        var lines: [String] = []
        let store = StoreArguments.suffix
        if record.status.isFinal, record.counts.unsuccessful > 0 {
            let outcomes = Outcome.allCases.filter { $0 != .succeeded && record.counts[$0] > 0 }.map(\.rawValue).joined(
                separator: ",")
            lines.append("llmbatch results \(record.id)\(store) --outcome \(outcomes)    shows why")
            lines.append("llmbatch retry \(record.id)\(store) --wait    asks again only what did not succeed")
        } else if record.status.isFinal {
            lines.append("llmbatch results \(record.id)\(store)    shows the answers")
        } else if record.status == .needsAttention {
            lines.append("llmbatch status \(record.id)\(store)    tells what is known")
            lines.append("llmbatch reconcile, adopt or resubmit \(record.id)\(store)    decides how it goes on")
        } else {
            lines.append("llmbatch watch \(record.id)\(store)    works on it until it ends")
        }
        if record.anomalies > 0 {
            lines.append(
                "\(record.anomalies.counted("line")) of the provider \(record.anomalies == 1 ? "fits" : "fit") no request: "
                    + "llmbatch status \(record.id)\(store) tells")
        }
        return lines
    }

    /// 0 done, 1 failed as a whole, 2 finished with unsuccessful requests, 5 needs attention.
    var exitCode: Int32 {
        if record.status == .needsAttention { return 5 }
        guard record.status.isFinal else { return 0 }
        if record.counts.unsuccessful == 0 { return 0 }
        return record.status == .failed ? 1 : 2
    }
}
