public import Foundation

/// The durable state of one provider job: the provider's status of it, and our own progress.
///
/// The two are separate: ``remoteStatus`` only ever holds what the provider reported, and a local failure changes only
/// ``phase``, ``failure`` and the counters. Only durable members are encoded.
///
/// A storage keeps a state as it is encoded, and reads the few public members that its operations depend on.
public struct ProviderJobState: Sendable, Hashable, Codable {
    /// The local progress of the job.
    public var phase: ProviderJobPhase
    /// The submission token of the current try, unique across all tries, which is sent to the provider as metadata.
    public var token: String?
    /// Create calls sent so far whose outcome is known or being determined.
    package var tries: Int
    /// Listings of the current reconciliation that did not show the token.
    package var listings: Int
    /// Consecutive failed calls.
    package var failures: Int
    /// When the intent of the current try was recorded.
    public var intendedAt: Date?
    /// The provider's id of the uploaded input.
    package var inputFileID: String?
    /// The provider's id of the job.
    public var remoteID: String?
    /// The provider's own status, verbatim.
    public var rawStatus: String?
    /// The canonical status for ``rawStatus``.
    public var remoteStatus: BatchStatus?
    /// The provider's id of the output file.
    package var outputFileID: String?
    /// The provider's id of the error file.
    package var errorFileID: String?
    /// The checkpoint of the collection. Written together with the results themselves, never by saving a state.
    public var collected = CollectionProgress()
    /// The provider's own counters, used only as a cross-check.
    package var reported: RemoteJob.ReportedCounts?
    /// Consecutive checks for more results of the ended job, spaced in time; nil before a check has fallen short.
    package var looks: Looks?
    /// When the provider's time window ends.
    public var expiresAt: Date?
    /// When the job ended.
    public var endedAt: Date?
    /// True once the owner's cancellation has been taken up.
    package var cancelRequested: Bool
    /// When the cancellation was taken up.
    package var cancelRequestedAt: Date?
    /// Why the provider's queue is full; the job is submitted again until there is capacity. Nil once the job is
    /// accepted.
    package var queueFull: ResultError?
    /// What may remain at the provider of a job that was given up; nothing more of it is fetched. Nil for other jobs.
    package var abandonment: Abandonment?
    /// Why the job failed, or the latest problem.
    public var failure: ResultError?
    /// Consecutive failed look-ups of this try's upload; not stored.
    var lookUps = 0
    /// Polls since the process started; not stored.
    var polls = 0
    /// The kind of failure of the latest create call; not stored.
    var trouble: ProviderError.Kind?
    /// True when the current try uses the upload of an earlier one; not stored.
    var reusesUpload = false
    /// True when the provider has named other files than those already read; not stored.
    var hasOtherFiles = false

    private enum CodingKeys: String, CodingKey {
        case phase, token, tries, listings, failures, intendedAt, inputFileID, remoteID, rawStatus, remoteStatus
        case outputFileID, errorFileID, collected, reported, looks, expiresAt, endedAt, cancelRequested, failure
        case cancelRequestedAt, queueFull, abandonment
    }

    /// What remains at the provider of a job that was given up.
    package enum Abandonment: String, Sendable, Hashable, Codable {
        /// The job may still be running there, at a cost.
        case mayRun = "may_run"
        /// The provider has ended the job, or no longer knows it.
        case over
    }

    public init(phase: ProviderJobPhase = .planned) {
        self.phase = phase
        tries = 0
        listings = 0
        failures = 0
        cancelRequested = false
    }

    /// A new state for the job. Its upload may be gone by the time the owner decides, so it is uploaded again too.
    static func restarted(from old: ProviderJobState) -> ProviderJobState {
        var new = ProviderJobState()
        (new.cancelRequested, new.cancelRequestedAt) = (old.cancelRequested, old.cancelRequestedAt)
        return new
    }

    /// The state without the members that are not stored.
    package var durable: ProviderJobState {
        var copy = self
        copy.polls = 0
        copy.lookUps = 0
        copy.trouble = nil
        copy.reusesUpload = false
        copy.hasOtherFiles = false
        return copy
    }

    /// Checks of a job whose results are incomplete: how many, and when the last one was.
    package struct Looks: Sendable, Hashable, Codable {
        /// Consecutive checks that found nothing new.
        package var count: Int
        /// When the last check was made.
        package var at: Date

        package init(count: Int, at: Date) {
            self.count = count
            self.at = at
        }
    }

    /// True when the owner has to decide about gone or incomplete results of a job that was accepted.
    package var lacksResults: Bool {
        let codes = [Self.incompleteCode, Self.goneCode]
        return phase == .needsAttention && remoteID != nil && failure.map { codes.contains($0.code) } ?? false
    }

    /// The code of a job for which the provider counts more answers than it returns.
    static let incompleteCode = "results_incomplete"
    /// The code of a job whose results the provider no longer has.
    static let goneCode = "results_gone"

    /// True when a create call may have been accepted and its outcome cannot be proved.
    package var isInDoubt: Bool {
        switch phase {
        case .creating, .reconciling, .needsAttention: true
        default: false
        }
    }

    /// True when the provider's time window passed long ago and the job has not ended there: it may have forgotten the
    /// job.
    ///
    /// Where the provider names no window, a day is assumed. One more hour allows for clock differences and finalizing.
    package func isOverdue(at date: Date) -> Bool {
        guard phase == .submitted, let end = expiresAt ?? intendedAt?.addingTimeInterval(86_400) else { return false }
        return date > end.addingTimeInterval(3600)
    }

    /// True when the provider should have carried out a cancellation by now; services document ten minutes at most.
    ///
    /// The provider may have forgotten the job; ``Batch/abandon()`` then ends it locally.
    package func isCancellationOverdue(at date: Date) -> Bool {
        guard phase == .submitted, let asked = cancelRequestedAt else { return false }
        return date > asked.addingTimeInterval(900)
    }

    /// The canonical status of a job in this state.
    public var batchStatus: BatchStatus {
        switch phase {
        case .planned, .uploading, .creating, .reconciling: .submitting
        // A job that is polled again after its end has not ended here.
        case .submitted where remoteStatus?.isFinal == true: .finalizing
        case .submitted: cancelRequested && remoteStatus != .finalizing ? .cancelling : remoteStatus ?? .validating
        case .answering: cancelRequested ? .cancelling : .inProgress
        case .collecting: .finalizing
        case .ended: remoteStatus ?? .failed
        case .needsAttention: .needsAttention
        }
    }

    /// The outcome of requests for which the ended job has no result.
    package var closing: Closing {
        switch remoteStatus {
        case .expired:
            Closing(
                .expired, code: "batch_expired", "the provider's time window closed before this request was processed")
        case .cancelled:
            Closing(.cancelled, code: "batch_cancelled", "the job was cancelled before this request was processed")
        case .failed:
            Closing(.errored, code: failure?.code ?? "job_failed", failure?.message ?? "the job failed as a whole")
        default: Closing(.missing, code: "missing", "the job ended without a result for this request")
        }
    }

    /// The outcome and error given to requests that are still open when a job ends.
    public struct Closing: Sendable, Hashable, Codable {
        /// The outcome.
        public let outcome: Outcome
        /// The reason.
        public let error: ResultError

        init(_ outcome: Outcome, code: String, _ message: String) {
            self.outcome = outcome
            error = ResultError(code: code, message: message)
        }
    }
}
