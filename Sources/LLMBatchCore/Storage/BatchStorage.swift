public import Foundation

/// Stores batches: named operations, each one a transaction, on any kind of database or file.
///
/// Data that grows with a batch goes in as chunks and comes out as pages, so no operation needs a whole batch in
/// memory. An operation that returns has made its change durable, as far as the storage is durable at all; one that
/// throws has changed nothing. Writes to a running attempt carry their ``Claim`` and are refused with
/// ``LLMBatchError/Code/heldElsewhere`` when a newer claim exists, so a stale owner cannot overwrite anything.
///
/// Times are stored to the millisecond at least. Strings (ids, names, labels) are stored verbatim and compared by their
/// bytes. A page may hold fewer elements than requested when their lines are long; only ``Page/hasMore`` shows whether
/// there are more.
///
/// Errors are ``LLMBatchError``s: `notFound` for a batch, attempt or job that does not exist or is not visible yet.
public protocol BatchStorage: Sendable {
    // MARK: Batches

    /// Begins a batch that stays invisible until ``sealBatch(_:contentSHA256:)``.
    ///
    /// - Throws: `nameTaken` when a batch with its id exists, sealed or not; `invalidInput` for an empty name.
    func beginBatch(_ batch: NewBatch) async throws
    /// Makes the batch visible as a draft, with exactly the appended requests.
    ///
    /// - Throws: `nameTaken` when another visible batch has its name; `wrongState` when it is already sealed.
    func sealBatch(_ batch: BatchID, contentSHA256: [UInt8]) async throws -> BatchRecord
    /// Removes a batch, sealed or not, with everything that belongs to it; does nothing when there is none.
    func deleteBatch(_ batch: BatchID) async throws
    /// Removes batches and copies that were never sealed and to which nothing was added since `date`, or whose process
    /// is gone; and unsealed attempts, by date.
    ///
    /// A batch or a copy is dated by the last write to it, an attempt by its ``Attempt/createdAt``. Anything that a
    /// running process is still creating is kept, unless the date is in the future, which means all.
    ///
    /// - Returns: the number of batches and copies removed.
    func sweepUnsealed(before date: Date) async throws -> Int
    /// The batch with this id; nil when there is none or it is not sealed yet.
    func batch(_ id: BatchID) async throws -> BatchRecord?
    /// The batches that match a filter, the most recently begun first.
    ///
    /// - Throws: `notFound` when the batch used as cursor no longer exists.
    func batches(_ query: BatchQuery) async throws -> Page<BatchRecord>
    /// Records that the owner wants the latest attempt cancelled, for the process that drives the batch.
    func requestCancel(of batch: BatchID) async throws
    /// True when the owner wants the latest attempt cancelled.
    func isCancelRequested(_ batch: BatchID) async throws -> Bool

    // MARK: Requests

    /// Appends requests to an unsealed batch; positions are consecutive, starting from 0.
    ///
    /// - Throws: `invalidInput` when a custom id already exists (naming the source lines of both), when it contains a
    ///   NUL character, or when a position is not the next one; `wrongState` when the batch is sealed.
    func appendRequests(_ requests: [NewRequest], to batch: BatchID) async throws
    /// Requests in batch order.
    func requests(_ query: RequestQuery) async throws -> Page<StoredRequest>
    /// The requests with these custom ids, in the given order; unknown ids are skipped.
    func requests(of batch: BatchID, customIDs: [CustomID]) async throws -> [StoredRequest]
    /// Visible batches with a request of this custom id, newest first.
    func batches(containing customID: CustomID, limit: Int) async throws -> [BatchID]

    // MARK: Attempts and provider jobs

    /// Begins an attempt that stays invisible until it is sealed; removes any earlier unsealed attempt of this batch.
    ///
    /// - Throws: `wrongState` when its number is not above those of all sealed attempts.
    func beginAttempt(_ attempt: Attempt, claim: Claim) async throws
    /// Assigns requests (by position) to the provider jobs of an unsealed attempt, each to one job.
    ///
    /// - Throws: `invalidInput` for a position without a request, or one that is already assigned in the attempt;
    ///   `wrongState` when the attempt is sealed.
    func assign(_ assignments: [ProviderJobAssignment], attempt: Int, claim: Claim) async throws
    /// Makes an attempt visible with these jobs, all `planned`, and opens its requests again.
    ///
    /// Sealing an attempt after the first clears a cancellation of the previous one.
    ///
    /// - Throws: `invalidInput` when the jobs are not those that were filled, each with its number of requests;
    ///   `wrongState` when the attempt is already sealed.
    func sealAttempt(_ attempt: Int, jobs: [Int: ProviderJobDigest], claim: Claim) async throws
    /// Records the account that an attempt is bound to, and its settings; nothing else of an attempt ever changes.
    func updateAttempt(_ attempt: Attempt, claim: Claim) async throws
    /// The attempts of a batch, first to last.
    func attempts(of batch: BatchID) async throws -> [Attempt]
    /// The provider jobs of one attempt, or of all, in order.
    func providerJobs(of batch: BatchID, attempt: Int?) async throws -> [ProviderJob]
    /// A provider job of a sealed attempt.
    ///
    /// - Throws: `notFound` when it does not exist.
    func providerJob(_ id: ProviderJobID) async throws -> ProviderJob
    /// Records the state of a job and updates the status of its batch in the same transaction.
    ///
    /// Only ``endProviderJob(_:state:closing:claim:)`` ends a job, and an ended job stays ended: its new state must be
    /// an ended one.
    ///
    /// The checkpoint (``ProviderJobState/collected``) is not taken from the state. It stays as it was, and is reset
    /// when the job at the provider is a different one or no longer exists.
    ///
    /// - Throws: any code, when the token of the state belongs to another job.
    func saveProviderJob(_ job: ProviderJobID, state: ProviderJobState, claim: Claim) async throws
    /// The requests of a job in order, all or a selection, with the lines that the job sends:
    /// ``ProviderJobAssignment/line`` where one was given.
    func providerJobRequests(_ query: ProviderJobRequestQuery) async throws -> Page<StoredRequest>
    /// The custom ids of a job's requests, by position in the batch; positions that are not in the job are left out.
    func customIDs(of job: ProviderJobID, at positions: [Int]) async throws -> [Int: CustomID]

    // MARK: Claims

    /// Claims a batch for `owner` when no one holds it or its holder is gone; the new claim has a higher fence.
    ///
    /// - Throws: `heldElsewhere` while another owner's claim is valid, naming that owner.
    func claim(_ batch: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim
    /// Extends a claim, even one that has expired or was released; refused when a newer claim exists.
    func renew(_ claim: Claim, until expiry: Date) async throws
    /// Releases a claim, so that the next owner need not wait; does nothing when a newer claim exists, or the batch is gone.
    func release(_ claim: Claim) async throws

    // MARK: Results

    /// Stores results by custom id. The first result of a request in a job is kept, and repeating a line changes
    /// nothing.
    ///
    /// A stored result whose line could not be read is replaced by one that can (``IncomingResult/canBeRead``).
    ///
    /// The current result of a request is that of the latest successful attempt, otherwise of the latest attempt with a
    /// result. With a `progress`, the job's checkpoint (``ProviderJobState/collected``) is updated in the same
    /// transaction.
    func ingest(
        _ results: [IncomingResult], progress: CollectionProgress?, into job: ProviderJobID, claim: Claim
    ) async throws -> IngestReport
    /// Adds late results to a job that has ended, in place of stored results that stand for no answer.
    ///
    /// ``IncomingResult/completes(_:)`` decides which results are replaced; all others are kept, and count as repeated.
    /// Results for ids that are not in the job are ignored. The frozen counts of the job and its batch, the current
    /// results, and the answers that ``AnswerLookup`` finds are updated in the same transaction. The job and the batch
    /// stay ended.
    ///
    /// - Throws: `wrongState` when the job has not ended.
    func amendProviderJob(_ job: ProviderJobID, with results: [IncomingResult], claim: Claim) async throws
        -> IngestReport
    /// Ends a job: open requests get `closing`, the counts are frozen and their sum is checked, and the status of the
    /// batch is updated.
    func endProviderJob(_ job: ProviderJobID, state: ProviderJobState, closing: ProviderJobState.Closing, claim: Claim)
        async throws
        -> OutcomeCounts
    /// The current results in batch order; requests without a result are skipped.
    func results(_ query: ResultQuery) async throws -> Page<BatchResult>
    /// The current results for these custom ids, in the given order; ids without a result are skipped.
    func results(of batch: BatchID, customIDs: [CustomID]) async throws -> [BatchResult]
    /// Every try of each of these requests, first to last, in the given order; none for an unknown id.
    func history(of batch: BatchID, customIDs: [CustomID]) async throws -> [[RequestTry]]
    /// Records anomalies; repeating the same kind at the same position of the same source changes nothing.
    func recordAnomalies(_ anomalies: [Anomaly], of job: ProviderJobID, claim: Claim) async throws
    /// The anomalies of a batch in the order they were found, after the anomaly with this number.
    func anomalies(of batch: BatchID, after cursor: Int?, limit: Int) async throws -> Page<Anomaly>
    /// The anomalies of one kind in one provider job, in the order they were found, after the anomaly with this number.
    func anomalies(
        of job: ProviderJobID, kind: Anomaly.Kind, after cursor: Int?, limit: Int
    ) async throws -> Page<Anomaly>
    /// The number of anomalies of each kind in a provider job; kinds without any are left out.
    func anomalyCounts(of job: ProviderJobID) async throws -> [Anomaly.Kind: Int]

    // MARK: Copying

    /// The tries of a batch with their results and lines, ordered by attempt, provider job and position.
    func tries(of batch: BatchID, after cursor: TryCursor?, limit: Int) async throws -> Page<StoredTry>
    /// Begins a copy of a sealed batch, with its attempts and jobs; it stays invisible until ``sealRestore(_:)``.
    ///
    /// An earlier copy of the same batch that was not sealed is discarded.
    func beginRestore(_ snapshot: BatchSnapshot) async throws
    /// Adds requests to a copy, by the rules of ``appendRequests(_:to:)``.
    ///
    /// - Throws: `wrongState` when no copy was begun, here and in the following operations.
    func restoreRequests(_ requests: [NewRequest], to batch: BatchID) async throws
    /// Adds tries to a copy that already has their requests.
    func restoreTries(_ tries: [StoredTry], to batch: BatchID) async throws
    /// Adds anomalies to a copy.
    func restoreAnomalies(_ anomalies: [Anomaly], to batch: BatchID) async throws
    /// Makes a copy visible, replacing an older copy of the same batch, in one transaction.
    ///
    /// Claims on the older copy become stale.
    ///
    /// - Throws: `nameTaken` when another visible batch has its name; the copy can be sealed once the name is free.
    func sealRestore(_ batch: BatchID) async throws
}

extension BatchStorage {
    /// Every try of one request, first to last.
    public func history(of batch: BatchID, customID: CustomID) async throws -> [RequestTry] {
        try await history(of: batch, customIDs: [customID]).first ?? []
    }

    /// Stores results by custom id, without a checkpoint.
    public func ingest(_ results: [IncomingResult], into job: ProviderJobID, claim: Claim) async throws -> IngestReport
    {
        try await ingest(results, progress: nil, into: job, claim: claim)
    }
}
