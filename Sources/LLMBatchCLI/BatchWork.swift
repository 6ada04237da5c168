import ArgumentParser
import Foundation
import LLMBatch

/// Works on a batch and tells about it: the common end of run, watch, retry and cancel.
struct BatchWork {
    let batch: Batch
    let json: Bool

    /// Works until the batch has ended, showing progress, then reports.
    func finish() async throws {
        try await follow()
        try await report()
    }

    /// Works until the batch has ended, showing progress.
    func follow() async throws {
        var progress = ProgressLine()
        defer { progress.finish() }
        let board = WaitBoard()
        let batch = batch.showingWaits(on: board)
        var told: Set<String> = []
        for try await record in batch.updates(every: .milliseconds(500)) {
            let moment = try await BatchMoment(batch, record, waits: board)
            progress.show(moment)
            let lines = moment.jobs.compactMap(Self.overdue) + (try await batch.waitingForRoom().map(\.description))
            for line in lines where told.insert(line).inserted {
                progress.finish()
                Terminal.say(line)
            }
        }
    }

    /// Does what may have to wait for the provider (a submission, when its queue is full), showing what it waits for.
    ///
    /// - Parameter work: gets the batch that shows what it waits for.
    func showing(_ work: @Sendable @escaping (Batch) async throws -> Void) async throws {
        let board = WaitBoard()
        let batch = batch.showingWaits(on: board)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work(batch) }
            group.addTask {
                var progress = ProgressLine(isQuiet: true)
                defer { progress.finish() }
                var told: Set<String> = []
                while true {
                    try await Task.sleep(for: .milliseconds(500))
                    for line in try await batch.waitingForRoom().map(\.description) where told.insert(line).inserted {
                        progress.finish()
                        Terminal.say(line)
                    }
                    progress.show(try await BatchMoment(batch, try await batch.record(), waits: board))
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// What is said of a job that the provider may have forgotten; what becomes of it is its owner's decision. Nil for others.
    static func overdue(_ job: ProviderJob) -> String? {
        let id = job.state.remoteID ?? ""
        let cancel = "llmbatch cancel \(job.id.batch)\(StoreArguments.suffix)"
        if job.state.isCancellationOverdue(at: Date()) {
            return
                "The provider has not carried out the cancellation of job \(id). It may still do so; or give the job up, "
                + "asking nobody: \(cancel) --abandon"
        }
        guard job.state.isOverdue(at: Date()) else { return nil }
        return
            "The provider has not ended job \(id) within its time window. It may still do so; or cancel it: \(cancel); "
            + "where that leads nowhere: \(cancel) --abandon"
    }

    /// How many answers came from the store, for the end of a headline.
    static func reuse(_ batch: Batch) async throws -> String {
        let reused = try await batch.jobs().filter(\.isReused).reduce(0) { $0 + $1.counts[.succeeded] }
        return reused > 0 ? "; \(reused.counted("answer")) reused, which cost nothing" : ""
    }

    /// Reports where the batch is and ends with the exit code that says so.
    ///
    /// - Parameter isDone: true when what the command was to do is done, wherever the batch is.
    func report(isDone: Bool = false) async throws {
        let record = try await batch.record()
        let summary = try await BatchSummary(batch, record)
        if json {
            try Terminal.print(json: try await BatchDocument(batch))
        } else {
            try Terminal.print("batch \(record.id)\(record.name.map { " \"\($0)\"" } ?? "")")
            try Terminal.print(summary.headline + (try await Self.reuse(batch)))
            for line in try await BatchAdvice(batch).lines { Terminal.say("  \(line)") }
        }
        if summary.exitCode != 0, !isDone { throw ExitCode(summary.exitCode) }
    }
}
