import ArgumentParser
import Foundation
import LLMBatch

/// Drives a batch and reports on it: the common ending of run, watch, retry and cancel.
struct BatchPresenter {
    let batch: Batch
    let json: Bool

    /// Drives the batch to its end, showing progress, then reports.
    func finish() async throws {
        try await follow()
        try await report()
    }

    /// Drives the batch to its end, showing progress.
    func follow() async throws {
        var progress = ProgressLine()
        defer { progress.finish() }
        let board = WaitBoard()
        let batch = batch.showingWaits(on: board)
        var shown: Set<String> = []
        for try await record in batch.updates(every: .milliseconds(500)) {
            let moment = try await BatchMoment(batch, record, waits: board)
            progress.show(moment)
            let lines = moment.jobs.compactMap(Self.overdue) + (try await batch.queueWaits().map(\.description))
            for line in lines where shown.insert(line).inserted {
                progress.finish()
                Terminal.note(line)
            }
        }
    }

    /// Does work that may have to wait for the provider, such as a submission while its queue is full, and shows the wait.
    ///
    /// - Parameter work: receives the batch that reports its waits.
    func showing(_ work: @Sendable @escaping (Batch) async throws -> Void) async throws {
        let board = WaitBoard()
        let batch = batch.showingWaits(on: board)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work(batch) }
            group.addTask {
                var progress = ProgressLine(isQuiet: true)
                defer { progress.finish() }
                var shown: Set<String> = []
                while true {
                    try await Task.sleep(for: .milliseconds(500))
                    for line in try await batch.queueWaits().map(\.description) where shown.insert(line).inserted {
                        progress.finish()
                        Terminal.note(line)
                    }
                    progress.show(try await BatchMoment(batch, try await batch.record(), waits: board))
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// A note on a job that the provider may have forgotten, for its owner to decide on; nil for other jobs.
    static func overdue(_ job: ProviderJob) -> String? {
        let id = job.state.remoteID ?? ""
        let cancel = "llmbatch cancel \(job.id.batch)\(StoreArguments.suffix)"
        if job.state.isCancellationOverdue(at: Date()) {
            return
                "The provider has not yet cancelled job \(id). Keep waiting, or give it up without contacting the provider: "
                + "\(cancel) --abandon"
        }
        guard job.state.isOverdue(at: Date()) else { return nil }
        return
            "Job \(id) has passed the provider's time window without ending. Keep waiting, or cancel it: \(cancel). "
            + "If that has no effect: \(cancel) --abandon"
    }

    /// The number of answers reused from the store, for the end of a headline.
    static func reuse(_ batch: Batch) async throws -> String {
        let reused = try await batch.providerJobs().filter(\.isReused).reduce(0) { $0 + $1.counts[.succeeded] }
        return reused > 0 ? "; \(reused.counted("answer")) reused at no cost" : ""
    }

    /// Reports the state of the batch and ends with the matching exit code.
    ///
    /// - Parameter isDone: true when the command has done its work, whatever state the batch is in.
    func report(isDone: Bool = false) async throws {
        let record = try await batch.record()
        let summary = try await BatchSummary(batch, record)
        if json {
            try Terminal.print(json: try await BatchDocument(batch))
        } else {
            try Terminal.print("batch \(record.id)\(record.name.map { " \"\($0)\"" } ?? "")")
            try Terminal.print(summary.headline + (try await Self.reuse(batch)))
            for line in try await BatchAdvice(batch).lines { Terminal.note("  \(line)") }
        }
        if summary.exitCode != 0, !isDone { throw ExitCode(summary.exitCode) }
    }
}
