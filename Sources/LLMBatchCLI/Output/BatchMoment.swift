import Foundation
import LLMBatch

/// The progress of a batch at one moment, as shown while waiting for it.
struct BatchMoment {
    let record: BatchRecord
    /// The jobs of its latest attempt.
    let jobs: [ProviderJob]
    /// The provider, if a remote job is running.
    let provider: String?
    /// What the batch waits for, and since when.
    let waiting: String?
    /// The same without the time left, so that it changes only with the cause; nil if nothing is wrong.
    let trouble: String?

    init(
        record: BatchRecord, jobs: [ProviderJob], provider: String? = nil, waiting: String? = nil,
        trouble: String? = nil
    ) {
        self.trouble = trouble
        self.record = record
        self.jobs = jobs
        self.provider = provider
        self.waiting = waiting
    }

    init(_ batch: Batch, _ record: BatchRecord, waits: WaitBoard? = nil, at now: Date = Date()) async throws {
        let jobs = try await batch.storage.providerJobs(of: batch.id, attempt: record.attempts)
        let isRemote = jobs.contains { $0.state.remoteID != nil && $0.state.phase != .ended }
        let wait = record.status.isFinal ? nil : WaitText.of(jobs, waits?.waits ?? [:], at: now)
        self.init(
            record: record, jobs: jobs, provider: isRemote ? try await batch.settings().name : nil,
            waiting: wait?.text, trouble: wait?.trouble)
    }

    /// Requests that are done: those with a result here, or those the provider counts, whichever are more.
    var done: Int { min(record.counts.requested, record.counts.finished + jobs.uncollected) }

    /// True if the provider counts more as done than is collected.
    var isAhead: Bool { done > record.counts.finished }
}
