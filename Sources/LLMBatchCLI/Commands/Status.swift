import ArgumentParser
import Foundation
import LLMBatch

/// Tells where a batch is.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a batch's status (asks the provider once).")

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
        try Terminal.print(try await BatchSummary(batch, record).headline + (try await BatchWork.reuse(batch)))
        for job in try await batch.jobs() { try Terminal.print("  " + describe(job)) }
        for try await anomaly in batch.anomalies() {
            try Terminal.print("  anomaly in attempt \(anomaly.attempt): \(anomaly.message)")
        }
        for wait in try await batch.waitingForRoom() where wait.isAlone { Terminal.say(wait.description) }
        for line in try await batch.jobs().compactMap(BatchWork.overdue) { Terminal.say(line) }
        for line in try await ProviderWarnings.ofRetention(batch, at: Date()) { Terminal.say(line) }
        for line in try await BatchAdvice(batch, isStatus: true).lines { Terminal.say("  \(line)") }
    }

    /// What cannot be asked now is told as it was recorded.
    private func refresh(_ batch: Batch) async {
        do {
            try await batch.refresh()
        } catch let error as LLMBatchError {
            let name = (try? await batch.settings().name) ?? "the provider"
            Terminal.say("\(Self.words(error)) \(name) (\(error.message)). Showing the last known status.")
        } catch {
            Terminal.say("The provider was not asked (\(error)). Showing the last known status.")
        }
    }

    /// Why nothing new is known.
    private static func words(_ error: LLMBatchError) -> String {
        switch error.kind {
        case .network?, .timeout?: "Could not reach"
        case .some: "Got no status from"
        case nil: "Did not ask"
        }
    }

    private func describe(_ job: ProviderJob) -> String {
        var text = "attempt \(job.id.attempt), job \(job.id.index): \(job.status.rawValue), "
        text += "\(job.counts.finished) of \(job.counts.requested) collected"
        if let reported = job.state.reported, job.state.phase == .submitted {
            text += ", \(reported.completed) completed and \(reported.failed) failed at the provider"
        }
        if job.isReused { text += ", from the store" }
        if let id = job.state.remoteID { text += ", \(id) (\(job.state.remoteWord ?? ""))" }
        if job.state.abandonment == .mayRun { text += ", abandoned: it may still be running there, and be billed" }
        if job.state.abandonment == .over { text += ", abandoned" }
        if let failure = job.state.failure { text += ", \(failure.code): \(failure.message)" }
        return text
    }
}
