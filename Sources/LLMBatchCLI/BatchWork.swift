import ArgumentParser
import Foundation
import LLMBatch

/// Works on a batch and tells about it: the common end of run, watch, retry and cancel.
struct BatchWork {
    let batch: Batch
    let json: Bool

    /// Works until the batch has ended, showing progress, then reports.
    func finish() async throws {
        var progress = ProgressLine()
        defer { progress.finish() }
        for try await record in batch.updates(every: .milliseconds(500)) { progress.show(record) }
        progress.finish()
        try await report()
    }

    /// Reports where the batch is and ends with the exit code that says so.
    ///
    /// - Parameter isDone: true when what the command was to do is done, wherever the batch is.
    func report(isDone: Bool = false) async throws {
        let record = try await batch.record()
        let summary = BatchSummary(record: record)
        if json {
            try Terminal.print(json: try await BatchDocument(batch))
        } else {
            try Terminal.print("batch \(record.id)\(record.name.map { " \"\($0)\"" } ?? "")")
            try Terminal.print(summary.headline)
            for line in summary.advice { Terminal.say("  \(line)") }
        }
        if summary.exitCode != 0, !isDone { throw ExitCode(summary.exitCode) }
    }
}
