import ArgumentParser
import Foundation
import LLMBatch

/// Shows the status of a batch.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a batch's status, polling the provider once.")

    @Argument(help: BatchReference.help) var batch = "@last"
    @Flag(help: "Don't contact the provider; show the last known status.") var local = false
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        if !local { await refresh(batch) }
        if json { return try Terminal.print(json: try await BatchDocument(batch)) }
        let record = try await batch.record()
        try Terminal.print("batch \(record.id)\(record.name.map { " \"\($0)\"" } ?? "")  \(record.endpoint)")
        try Terminal.print(try await BatchSummary(batch, record).headline + (try await BatchPresenter.reuse(batch)))
        for job in try await batch.providerJobs() { try Terminal.print("  " + describe(job)) }
        for try await anomaly in batch.anomalies() {
            try Terminal.print("  anomaly in attempt \(anomaly.attempt): \(anomaly.message)")
        }
        for wait in try await batch.queueWaits() where wait.isAlone { Terminal.note(wait.description) }
        for line in try await batch.providerJobs().compactMap(BatchPresenter.overdue) { Terminal.note(line) }
        for line in try await ProviderWarnings.ofRetention(batch, at: Date()) { Terminal.note(line) }
        for line in try await BatchAdvice(batch, isStatus: true).lines { Terminal.note("  \(line)") }
    }

    /// Polls the provider; if that fails, notes that the last known status follows.
    private func refresh(_ batch: Batch) async {
        do {
            try await batch.refresh()
        } catch let error as LLMBatchError {
            let name = (try? await batch.settings().name) ?? "the provider"
            Terminal.note("\(Self.explanation(of: error)) \(name) (\(error.message)). Showing the last known status.")
        } catch {
            Terminal.note("Could not poll the provider (\(error)). Showing the last known status.")
        }
    }

    /// The start of that note.
    private static func explanation(of error: LLMBatchError) -> String {
        switch error.kind {
        case .network?, .timeout?: "Could not reach"
        case .some: "Got no status from"
        case nil: "Did not poll"
        }
    }

    private func describe(_ job: ProviderJob) -> String {
        var text = "attempt \(job.id.attempt), job \(job.id.index): \(job.status.rawValue), "
        text += "\(job.counts.finished.grouped) of \(job.counts.requested.grouped) collected"
        if let reported = job.state.reported, job.state.phase == .submitted {
            text += ", \(reported.completed.grouped) completed and \(reported.failed.grouped) failed at the provider"
        }
        if job.isReused { text += ", from the store" }
        if let id = job.state.remoteID { text += ", \(id) (\(job.state.rawStatus ?? ""))" }
        if job.state.abandonment == .mayRun { text += ", abandoned; it may still be running there and be billed" }
        if job.state.abandonment == .over { text += ", abandoned" }
        if let failure = job.state.failure { text += ", \(failure.code): \(failure.message)" }
        return text
    }
}
