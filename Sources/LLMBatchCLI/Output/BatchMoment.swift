import Foundation
import LLMBatch

/// How far a batch is at one moment, as somebody sees it who waits for it.
struct BatchMoment {
    let record: BatchRecord
    /// The jobs of its latest attempt.
    let jobs: [ProviderJob]
    /// Who is at work, where that is another machine.
    let provider: String?
    /// What it waits for, and since when.
    let waiting: String?
    /// The same as long as it is the same, without the time that is left; nil for what is no trouble.
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
        let jobs = try await batch.storage.jobs(of: batch.id, attempt: record.attempts)
        let isRemote = jobs.contains { $0.state.remoteID != nil && $0.state.phase != .ended }
        let wait = record.status.isFinal ? nil : WaitWords.of(jobs, waits?.waits ?? [:], at: now)
        self.init(
            record: record, jobs: jobs, provider: isRemote ? try await batch.settings().name : nil,
            waiting: wait?.text, trouble: wait?.trouble)
    }

    /// Requests that are done: with a result here, or by the provider's own counters.
    var done: Int { min(record.counts.requested, record.counts.finished + jobs.uncollected) }

    /// True where the provider counts more as done than is collected.
    var isAhead: Bool { done > record.counts.finished }
}
