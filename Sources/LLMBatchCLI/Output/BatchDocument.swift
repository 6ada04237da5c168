import Foundation
import LLMBatch

/// A batch in the form of the JSON contract (docs/cli-json.md): members are only ever added.
struct BatchDocument: Encodable {
    static let schemaVersion = 1

    let schemaVersion = BatchDocument.schemaVersion
    let batch: BatchContent

    /// All of it: the batch, its attempts and their provider jobs.
    init(_ batch: Batch) async throws {
        self.batch = BatchContent(
            try await batch.record(), attempts: try await batch.attempts(), jobs: try await batch.providerJobs())
    }
}

/// The member `batch`, and each element of a list.
struct BatchContent: Encodable {
    let id: String
    let name: String?
    let endpoint: String
    let status: String
    let counts: CountsContent
    let progress: ProgressContent
    let provider: ProviderContent
    let metadata: [String: String]
    let anomalies: Int
    let attempts: [AttemptContent]?
    let createdAt: Date
    let finishedAt: Date?
    /// When it was imported, and from which file; left out for a batch that was created here.
    let importedAt: Date?
    let importedFrom: String?

    init(_ record: BatchRecord, attempts: [Attempt]? = nil, jobs: [ProviderJob] = []) {
        self.init(
            record, attempts: attempts, jobs: jobs, latest: jobs.filter { $0.id.attempt == record.attempts })
    }

    /// - Parameter latest: the jobs of its latest attempt, if they carry more than the record.
    init(_ record: BatchRecord, attempts: [Attempt]? = nil, jobs: [ProviderJob] = [], latest: [ProviderJob]) {
        id = record.id.rawValue
        name = record.name
        endpoint = record.endpoint.rawValue
        status = record.status.rawValue
        counts = CountsContent(record.counts)
        progress = ProgressContent(record.progress, latest)
        provider = ProviderContent(attempts?.last?.provider ?? record.provider)
        metadata = record.metadata
        anomalies = record.anomalies
        self.attempts = attempts?.map { attempt in
            AttemptContent(attempt, jobs: jobs.filter { $0.id.attempt == attempt.number })
        }
        createdAt = record.createdAt
        finishedAt = record.finishedAt
        importedAt = record.importedAt
        importedFrom = record.importedFrom
    }
}

struct CountsContent: Encodable {
    let total, succeeded, errored, expired, cancelled, missing, invalid, open: Int

    init(_ counts: OutcomeCounts) {
        total = counts.requested
        succeeded = counts[.succeeded]
        errored = counts[.errored]
        expired = counts[.expired]
        cancelled = counts[.cancelled]
        missing = counts[.missing]
        invalid = counts[.invalid]
        open = counts.open
    }
}

struct ProgressContent: Encodable {
    let computed, expected: Int
    /// Including what the provider counts as done and is not yet collected.
    let reported: Int

    init(_ progress: BatchProgress, _ jobs: [ProviderJob]) {
        reported = min(progress.expected, progress.computed + jobs.uncollected)
        computed = progress.computed
        expected = progress.expected
    }
}

struct ProviderContent: Encodable {
    let name: String
    let model, baseUrl, keySource: String?
    let options: [String: String]

    init(_ settings: ProviderSettings) {
        name = settings.name
        model = settings.model
        baseUrl = settings.baseURL
        keySource = settings.keySource
        options = settings.options
    }

    /// The provider, with the model if it replaced that of the requests.
    var label: String { name + (model.map { " (model \($0))" } ?? "") }
}

struct AttemptContent: Encodable {
    let number: Int
    let parent: Int?
    let outcomes: [String]?
    let provider: ProviderContent
    let createdAt: Date
    let progress: ProgressContent
    let jobs: [ProviderJobContent]

    init(_ attempt: Attempt, jobs: [ProviderJob]) {
        number = attempt.number
        parent = attempt.parent
        outcomes = attempt.outcomes?.map(\.rawValue).sorted()
        provider = ProviderContent(attempt.provider)
        createdAt = attempt.createdAt
        progress = ProgressContent(jobs.progress, jobs)
        let description = ProviderCatalog.standard.description(of: attempt.provider.name)?
            .adjusted(to: attempt.provider)
        self.jobs = jobs.map { ProviderJobContent($0, keptUntil: description?.keepsResults(of: $0.state)) }
    }
}

struct ProviderJobContent: Encodable {
    let index: Int
    let phase, status: String
    let remoteId, remoteStatus: String?
    let counts: CountsContent
    let progress: ProgressContent
    /// The provider's own counters, as it sent them last.
    let reported: RemoteJob.ReportedCounts?
    /// True when the provider's time window has long passed and the job has not ended.
    let isOverdue: Bool
    /// True for an abandoned job; left out otherwise.
    let isAbandoned: Bool?
    /// True for an abandoned job that may still be running at the provider; left out otherwise.
    let mayStillRun: Bool?
    /// Why the provider's queue is full; left out unless the job waits for capacity.
    let queueFull: ErrorContent?
    /// True for a job that is answered from the store; left out otherwise.
    let isReused: Bool?
    let expiresAt, endedAt: Date?
    /// When the provider's retention ends, as long as the results are not collected.
    let resultsKeptUntil: Date?
    let failure: ErrorContent?

    init(_ job: ProviderJob, keptUntil: Date?) {
        index = job.id.index
        phase = job.state.phase.rawValue
        status = job.status.rawValue
        remoteId = job.state.remoteID
        remoteStatus = job.state.rawStatus
        counts = CountsContent(job.counts)
        progress = ProgressContent(job.progress, [job])
        reported = job.state.reported
        isOverdue = job.state.isOverdue(at: Date())
        isAbandoned = job.state.abandonment == nil ? nil : true
        mayStillRun = job.state.abandonment == .mayRun ? true : nil
        queueFull = job.state.queueFull.map(ErrorContent.init)
        isReused = job.isReused ? true : nil
        expiresAt = job.state.expiresAt
        endedAt = job.state.endedAt
        resultsKeptUntil = keptUntil
        failure = job.state.failure.map(ErrorContent.init)
    }
}

struct ErrorContent: Encodable {
    let code, message: String

    init(_ error: ResultError) {
        code = error.code
        message = error.message
    }
}
