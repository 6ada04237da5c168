public import Foundation

/// How far we are with one provider job.
public enum JobPhase: String, Sendable, Hashable, Codable, CaseIterable {
    /// Sealed; nothing sent, or a try that is proved not to have been accepted.
    case planned
    /// The intent is recorded; the input is being uploaded.
    case uploading
    /// The input is there; the create call is about to be sent, or was.
    case creating
    /// The create call's outcome is unknown; the provider's jobs are being searched for our token.
    case reconciling
    /// Accepted, its id recorded.
    case submitted
    /// A realtime job: requests are being asked one by one.
    case answering
    /// The provider has ended it; its results are being fetched.
    case collecting
    /// Every request has a result, and the counts are frozen.
    case ended
    /// Nothing can be proved or done without a decision of the owner.
    case needsAttention = "needs_attention"
}

/// Everything durable about one provider job: what the provider says of it, and how far we have come with it.
///
/// The two axes are kept apart: ``remoteStatus`` only ever holds what the provider said, and a failure of ours changes
/// ``phase``, ``failure`` and the counters alone. Encoded, it holds what is durable and nothing else.
public struct JobState: Sendable, Hashable, Codable {
    /// How far we are with it.
    public var phase: JobPhase
    /// The token of the current try, unique over all tries, that the provider gets as metadata.
    public var token: String?
    /// Creates sent so far whose outcome is settled or being settled.
    public var tries: Int
    /// Listings of the current reconciliation that did not show the token.
    public var listings: Int
    /// Failed calls in a row.
    public var failures: Int
    /// When the intent of the current try was recorded.
    public var intendedAt: Date?
    /// The provider's id of the uploaded input.
    public var inputFileID: String?
    /// The provider's id of it.
    public var remoteID: String?
    /// The provider's word for its status, verbatim.
    public var remoteWord: String?
    /// The same in our words.
    public var remoteStatus: BatchStatus?
    /// The provider's id of the output file.
    public var outputFileID: String?
    /// The provider's id of the error file.
    public var errorFileID: String?
    /// How far its result files have been stored. Written with the results themselves, never by a saved state.
    public var collected = CollectionProgress()
    /// The provider's own counters, a cross-check and no more.
    public var reported: RemoteJob.ReportedCounts?
    /// Looks, in a row and spaced in time, at what the provider has of the ended job, while more is to come; nil before one
    /// fell short.
    public var looks: Looks?
    /// When its time window ends.
    public var expiresAt: Date?
    /// When it ended.
    public var endedAt: Date?
    /// True once the owner's wish to cancel has been taken up.
    public var cancelRequested: Bool
    /// When it was taken up.
    public var cancelRequestedAt: Date?
    /// Why the provider has no room for it: it is submitted again and again until there is. Nil once it runs.
    public var lackOfRoom: ResultError?
    /// What its owner left at the provider by giving it up: nothing of it is fetched any more. Nil for other jobs.
    public var abandonment: Abandonment?
    /// Why the job failed, or what went wrong last.
    public var failure: ResultError?
    /// Failed look-ups for the upload of this try in a row; not kept.
    var lookUps = 0
    /// Polls since the process began; not kept.
    var polls = 0
    /// What kind of trouble the last create call had; not kept.
    var trouble: ProviderError.Kind?
    /// True when the current try relies on what an earlier one uploaded; not kept.
    var reusesUpload = false
    /// True when the provider has named other files than those that were read before; not kept.
    var hasOtherFiles = false

    private enum CodingKeys: String, CodingKey {
        case phase, token, tries, listings, failures, intendedAt, inputFileID, remoteID, remoteWord, remoteStatus
        case outputFileID, errorFileID, collected, reported, looks, expiresAt, endedAt, cancelRequested, failure
        case cancelRequestedAt, lackOfRoom, abandonment
    }

    /// What is left at the provider of a job that was given up.
    public enum Abandonment: String, Sendable, Hashable, Codable {
        /// It may still be running there, and be paid for.
        case mayRun = "may_run"
        /// The provider has ended it, or no longer knows it.
        case over
    }

    /// Makes one of its parts.
    public init(phase: JobPhase = .planned) {
        self.phase = phase
        tries = 0
        listings = 0
        failures = 0
        cancelRequested = false
    }

    /// A job as new. What was uploaded for it may be gone by the time its owner decides, so that is done anew too.
    static func afresh(_ old: JobState) -> JobState {
        var new = JobState()
        (new.cancelRequested, new.cancelRequestedAt) = (old.cancelRequested, old.cancelRequestedAt)
        return new
    }

    /// The state without what is not kept.
    package var durable: JobState {
        var copy = self
        copy.polls = 0
        copy.lookUps = 0
        copy.trouble = nil
        copy.reusesUpload = false
        copy.hasOtherFiles = false
        return copy
    }

    /// How often a job was looked at whose results fell short, and when last.
    public struct Looks: Sendable, Hashable, Codable {
        /// Looks in a row that brought nothing new.
        public var count: Int
        /// When the last of them was.
        public var at: Date

        /// So many looks, the last at that time.
        public init(count: Int, at: Date) {
            self.count = count
            self.at = at
        }
    }

    /// True when the owner has to decide about results that are gone or fell short, of a job that the provider had accepted.
    public var lacksResults: Bool {
        let codes = [Self.incompleteCode, Self.goneCode]
        return phase == .needsAttention && remoteID != nil && failure.map { codes.contains($0.code) } ?? false
    }

    /// The code of a job of which the provider counts more answers than it gives.
    static let incompleteCode = "results_incomplete"
    /// The code of a job whose results the provider no longer has.
    static let goneCode = "results_gone"

    /// True when a create call may have been accepted and nobody knows.
    public var isInDoubt: Bool {
        switch phase {
        case .creating, .reconciling, .needsAttention: true
        default: false
        }
    }

    /// True when the provider's time window has long passed and it has not ended the job: it may have forgotten it.
    ///
    /// Where the provider names no window, it is taken to be a day. An hour more is given for the clocks and the ending.
    public func isOverdue(at date: Date) -> Bool {
        guard phase == .submitted, let end = expiresAt ?? intendedAt?.addingTimeInterval(86_400) else { return false }
        return date > end.addingTimeInterval(3600)
    }

    /// True when the provider should have carried a cancellation out by now: services name ten minutes at most.
    ///
    /// It may have forgotten the job; ``Batch/abandon()`` then ends it here.
    public func isCancellationOverdue(at date: Date) -> Bool {
        guard phase == .submitted, let asked = cancelRequestedAt else { return false }
        return date > asked.addingTimeInterval(900)
    }

    /// The canonical status of a job in this state.
    public var batchStatus: BatchStatus {
        switch phase {
        case .planned, .uploading, .creating, .reconciling: .submitting
        // One that is asked about again after its end has not ended here.
        case .submitted where remoteStatus?.isFinal == true: .finalizing
        case .submitted: cancelRequested && remoteStatus != .finalizing ? .cancelling : remoteStatus ?? .validating
        case .answering: cancelRequested ? .cancelling : .inProgress
        case .collecting: .finalizing
        case .ended: remoteStatus ?? .failed
        case .needsAttention: .needsAttention
        }
    }

    /// What becomes of requests that the ended job said nothing of.
    public var closing: Closing {
        switch remoteStatus {
        case .expired:
            Closing(.expired, code: "batch_expired", "the provider's window closed before this request was done")
        case .cancelled:
            Closing(.cancelled, code: "batch_cancelled", "the job was cancelled before this request was done")
        case .failed:
            Closing(.errored, code: failure?.code ?? "job_failed", failure?.message ?? "the job failed as a whole")
        default: Closing(.missing, code: "missing", "the provider ended the job and said nothing of this request")
        }
    }

    /// The outcome and reason that an ending gives to what is still open.
    public struct Closing: Sendable, Hashable, Codable {
        /// How it ended.
        public let outcome: Outcome
        /// Why it did not succeed.
        public let error: ResultError

        init(_ outcome: Outcome, code: String, _ message: String) {
            self.outcome = outcome
            error = ResultError(code: code, message: message)
        }
    }
}
