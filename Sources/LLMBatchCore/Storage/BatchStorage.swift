public import Foundation

/// Where batches are kept: named operations, each one transaction, over whatever the storage is made of.
///
/// What grows with a batch goes in by chunks and comes out by pages, so no operation needs a whole batch in memory.
/// Every operation that returns has made its change durable, as far as the storage promises durability at all; one that
/// throws has changed nothing. Writes about a running attempt carry the ``Claim`` under which they are made, and are
/// refused with ``LLMBatchError/Code/heldElsewhere`` when a newer claim exists: a stale owner cannot overwrite.
///
/// Times are kept to the millisecond at least. Texts (ids, names, labels) are kept verbatim and compared by their bytes.
/// A page may hold fewer elements than asked when their lines are long; only ``Page/hasMore`` tells whether there is more.
///
/// Errors are ``LLMBatchError``s; `notFound` for a batch, attempt or job that is not there or not visible yet.
public protocol BatchStorage: Sendable {
    // MARK: Making a batch

    /// Begins a batch that nobody sees until ``sealBatch(_:contentSHA256:)``.
    ///
    /// - Throws: `nameTaken` when a batch of its id is there, sealed or not; `invalidInput` for an empty name.
    func beginBatch(_ batch: NewBatch) async throws
    /// Adds requests to a batch that is not sealed; their positions follow one another from 0, without a gap.
    ///
    /// - Throws: `invalidInput` when a custom id is already there, naming the source lines of both, when it holds a NUL
    ///   character, or when a position is not the next one; `wrongState` when the batch is sealed.
    func appendRequests(_ requests: [NewRequest], to batch: BatchID) async throws
    /// Makes the batch visible as a draft, with its requests exactly as appended.
    ///
    /// - Throws: `nameTaken` when another visible batch has its name; `wrongState` when it is sealed already.
    func sealBatch(_ batch: BatchID, contentSHA256: [UInt8]) async throws -> BatchRecord
    /// Removes batches and copies that were never sealed and to which nothing was added since `date`, or whose process is
    /// gone; and attempts likewise, by date.
    ///
    /// A batch or a copy counts from when the storage was last told of it, an attempt from its ``Attempt/createdAt``. What a
    /// process makes that is known to live is left alone, but for a date that is still to come, which means all.
    ///
    /// - Returns: how many batches and copies.
    func sweepUnsealed(before date: Date) async throws -> Int
    /// Removes a batch, sealed or not, and all that belongs to it.
    func deleteBatch(_ batch: BatchID) async throws

    // MARK: Asking about batches

    /// The batch of that id; nil when there is none or it is not sealed yet.
    func batch(_ id: BatchID) async throws -> BatchRecord?
    /// Batches that fit a filter, the latest begun first.
    ///
    /// - Throws: `notFound` when the batch to go on after is gone.
    func batches(_ query: BatchQuery) async throws -> Page<BatchRecord>
    /// The attempts of a batch, first to last.
    func attempts(of batch: BatchID) async throws -> [Attempt]
    /// The provider jobs of one attempt, or of all, in order.
    func jobs(of batch: BatchID, attempt: Int?) async throws -> [ProviderJob]
    /// One provider job of a sealed attempt.
    ///
    /// - Throws: `notFound` when there is none.
    func job(_ id: ProviderJobID) async throws -> ProviderJob

    // MARK: Asking about requests and results

    /// Requests in the order of the batch.
    func requests(_ query: RequestQuery) async throws -> Page<StoredRequest>
    /// The requests of these custom ids, in the order asked; unknown ids are left out.
    func requests(of batch: BatchID, customIDs: [CustomID]) async throws -> [StoredRequest]
    /// The current answers in the order of the batch; requests without any result are left out.
    func results(_ query: ResultQuery) async throws -> Page<BatchResult>
    /// The current answers of these custom ids, in the order asked; unknown and unanswered ids are left out.
    func results(of batch: BatchID, customIDs: [CustomID]) async throws -> [BatchResult]
    /// Every attempt at one request, first to last.
    func history(of batch: BatchID, customID: CustomID) async throws -> [RequestTry]
    /// What providers sent that fits no request, in the order it was found, after the anomaly of this number.
    func anomalies(of batch: BatchID, after cursor: Int?, limit: Int) async throws -> Page<Anomaly>
    /// The anomalies of one provider job that are of one kind, in the order they were found, after the one of this number.
    func anomalies(
        of job: ProviderJobID, kind: Anomaly.Kind, after cursor: Int?, limit: Int
    ) async throws -> Page<Anomaly>
    /// How many anomalies of each kind a provider job has; kinds without any are left out.
    func anomalyCounts(of job: ProviderJobID) async throws -> [Anomaly.Kind: Int]
    /// Visible batches, newest first, that have a request of this custom id.
    func batches(containing customID: CustomID, limit: Int) async throws -> [BatchID]

    // MARK: Driving a batch

    /// Takes a batch for `owner`, when nobody holds it or its holder is gone, and returns a claim with a higher fence.
    ///
    /// - Throws: `heldElsewhere` while another owner's claim is good, naming that owner.
    func claim(_ batch: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim
    /// Extends a claim, even one that has expired or was given up; refused when a newer one exists.
    func renew(_ claim: Claim, until expiry: Date) async throws
    /// Gives a claim up, so that the next owner need not wait; nothing happens when a newer one exists.
    func release(_ claim: Claim) async throws
    /// Begins an attempt that nobody sees until it is sealed; removes any earlier unsealed one of this batch.
    ///
    /// - Throws: `wrongState` when its number is not above those of all sealed attempts.
    func beginAttempt(_ attempt: Attempt, claim: Claim) async throws
    /// Puts requests (by position) into the provider jobs of an attempt that is not sealed, each into one.
    ///
    /// - Throws: `invalidInput` for a position that no request has, or that the attempt holds already; `wrongState` when
    ///   the attempt is sealed.
    func assign(_ assignments: [JobAssignment], attempt: Int, claim: Claim) async throws
    /// Makes an attempt visible with these jobs, all `planned`, and its requests open again.
    ///
    /// An attempt after the first forgets that an earlier one was to be cancelled.
    ///
    /// - Throws: `invalidInput` when the jobs are not those that were filled, each with its number of requests;
    ///   `wrongState` when the attempt is sealed already.
    func sealAttempt(_ attempt: Int, jobs: [Int: JobInputDigest], claim: Claim) async throws
    /// Records the account that an attempt is bound to, and its settings; the rest of an attempt never changes.
    func updateAttempt(_ attempt: Attempt, claim: Claim) async throws
    /// Records the state of a job; the status of its batch follows in the same transaction.
    ///
    /// A job ends by ``endJob(_:state:closing:claim:)`` only, and one that has ended stays so: its new state is an ended one.
    ///
    /// How far results are stored (``JobState/collected``) is not taken from the state: it stays as it was, and begins anew
    /// when the job at the provider is another one or none any more.
    ///
    /// - Throws: any code, when the token of the state belongs to another job.
    func saveJob(_ job: ProviderJobID, state: JobState, claim: Claim) async throws
    /// The requests of a job in order, all or some, with the lines that the job asks: ``JobAssignment/line`` where one was
    /// given.
    func jobRequests(_ query: JobRequestQuery) async throws -> Page<StoredRequest>
    /// The custom ids of a job's requests by their positions in the batch; positions that it does not hold are left out.
    func customIDs(of job: ProviderJobID, at positions: [Int]) async throws -> [Int: CustomID]
    /// Stores results by custom id; the first result of a request in a job stands, and the same line again changes nothing.
    ///
    /// A stored result whose line could not be read gives way to one that can (``IncomingResult/canBeRead``).
    ///
    /// The current answer of a request is the result of the latest attempt that succeeded, else of the latest that has one.
    /// With a `progress`, the job's ``JobState/collected`` becomes it in the same transaction.
    func ingest(
        _ results: [IncomingResult], progress: CollectionProgress?, into job: ProviderJobID, claim: Claim
    ) async throws -> IngestReport
    /// Records what cannot be attributed; the same place of the same source again changes nothing.
    func recordAnomalies(_ anomalies: [Anomaly], of job: ProviderJobID, claim: Claim) async throws
    /// Ends a job: what is open gets `closing`, the counts are frozen, their sum is checked, the status of the batch follows.
    func endJob(_ job: ProviderJobID, state: JobState, closing: JobState.Closing, claim: Claim) async throws
        -> OutcomeCounts
    /// Brings results that came late into a job that has ended, in place of stored ones that stand for no answer.
    ///
    /// ``IncomingResult/completes(_:)`` says which give way; all others stay as they are, and count as repeated. Results for
    /// ids that the job does not hold are passed over. The frozen counts of the job and of its batch, the current answers, and
    /// what ``AnswerFinding`` finds follow in the same transaction; the job and the batch stay ended.
    ///
    /// - Throws: `wrongState` when the job has not ended.
    func amendJob(_ job: ProviderJobID, with results: [IncomingResult], claim: Claim) async throws -> IngestReport
    /// Notes that the owner wants the latest attempt cancelled; whoever drives the batch sees it.
    func requestCancel(of batch: BatchID) async throws
    /// Whether the owner wants the latest attempt cancelled.
    func isCancelRequested(_ batch: BatchID) async throws -> Bool

    // MARK: Copying a batch as it is

    /// Tries of a batch with their results and lines, in the order of attempts and requests.
    func tries(of batch: BatchID, after cursor: TryCursor?, limit: Int) async throws -> Page<StoredTry>
    /// Begins a copy of a sealed batch, with its attempts and jobs; nobody sees it until ``sealRestore(_:)``.
    ///
    /// A copy of the same batch that was begun earlier and not sealed is given up.
    func beginRestore(_ snapshot: BatchSnapshot) async throws
    /// Adds requests to a copy, by the rules of ``appendRequests(_:to:)``.
    ///
    /// - Throws: `wrongState` when no copy was begun, here and in what follows.
    func restoreRequests(_ requests: [NewRequest], to batch: BatchID) async throws
    /// Adds tries to a copy, whose requests are there already.
    func restoreTries(_ tries: [StoredTry], to batch: BatchID) async throws
    /// Adds anomalies to a copy.
    func restoreAnomalies(_ anomalies: [Anomaly], to batch: BatchID) async throws
    /// Makes a copy visible, in place of an older copy of the same batch, in one transaction.
    ///
    /// Claims of the older copy are stale from then on.
    ///
    /// - Throws: `nameTaken` when another visible batch has its name; the copy can be sealed once the name is free.
    func sealRestore(_ batch: BatchID) async throws
}

extension BatchStorage {
    /// Stores results by custom id, without a place in a file to remember.
    public func ingest(_ results: [IncomingResult], into job: ProviderJobID, claim: Claim) async throws -> IngestReport
    {
        try await ingest(results, progress: nil, into: job, claim: claim)
    }
}
