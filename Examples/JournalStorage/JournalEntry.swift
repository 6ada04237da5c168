import Foundation
import LLMBatchCore

/// One line of the journal: an operation that was carried out, and when.
struct JournalEntry: Codable, Sendable {
    let time: Date
    let operation: JournalOperation

    /// The line in the file, line feed included.
    func line() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var line = try encoder.encode(self)
        line.append(0x0A)
        return line
    }

    init(time: Date, _ operation: JournalOperation) {
        self.time = time
        self.operation = operation
    }

    init(line: Data) throws {
        self = try JSONDecoder().decode(JournalEntry.self, from: line)
    }
}

/// An operation that changes what is stored, with its parameters.
enum JournalOperation: Codable, Sendable {
    case whole(WholeOperation)
    case claimed(ClaimedOperation)

    /// Carries the operation out again.
    func apply(to memory: any BatchStorage & AnswerLookup) async throws {
        switch self {
        case .whole(let operation): try await operation.apply(to: memory)
        case .claimed(let operation): try await operation.apply(to: memory)
        }
    }
}

/// An operation about a batch as a whole.
enum WholeOperation: Codable, Sendable {
    case begin(NewBatch)
    case append([NewRequest], to: BatchID)
    case seal(BatchID, contentSHA256: [UInt8])
    case sweep(before: Date)
    case delete(BatchID)
    case requestCancel(BatchID)
    case beginRestore(BatchSnapshot)
    case restoreRequests([NewRequest], to: BatchID)
    case restoreTries([StoredTry], to: BatchID)
    case restoreAnomalies([Anomaly], to: BatchID)
    case sealRestore(BatchID)

    func apply(to memory: any BatchStorage & AnswerLookup) async throws {
        switch self {
        case .begin(let batch): try await memory.beginBatch(batch)
        case .append(let requests, let batch): try await memory.appendRequests(requests, to: batch)
        case .seal(let batch, let digest): _ = try await memory.sealBatch(batch, contentSHA256: digest)
        case .sweep(let date): _ = try await memory.sweepUnsealed(before: date)
        case .delete(let batch): try await memory.deleteBatch(batch)
        case .requestCancel(let batch): try await memory.requestCancel(of: batch)
        case .beginRestore(let snapshot): try await memory.beginRestore(snapshot)
        case .restoreRequests(let requests, let batch): try await memory.restoreRequests(requests, to: batch)
        case .restoreTries(let tries, let batch): try await memory.restoreTries(tries, to: batch)
        case .restoreAnomalies(let anomalies, let batch): try await memory.restoreAnomalies(anomalies, to: batch)
        case .sealRestore(let batch): try await memory.sealRestore(batch)
        }
    }
}

/// An operation that takes a claim or carries one.
enum ClaimedOperation: Codable, Sendable {
    case claim(BatchID, owner: ClaimOwner, expiry: Date)
    case renew(Claim, expiry: Date)
    case release(Claim)
    case beginAttempt(Attempt, Claim)
    case assign([ProviderJobAssignment], attempt: Int, Claim)
    case sealAttempt(Int, jobs: [Int: ProviderJobDigest], Claim)
    case updateAttempt(Attempt, Claim)
    case saveProviderJob(ProviderJobID, ProviderJobState, Claim)
    case ingest([IncomingResult], CollectionProgress?, into: ProviderJobID, Claim)
    case recordAnomalies([Anomaly], of: ProviderJobID, Claim)
    case endProviderJob(ProviderJobID, ProviderJobState, ProviderJobState.Closing, Claim)
    case amendProviderJob(ProviderJobID, [IncomingResult], Claim)

    func apply(to memory: any BatchStorage & AnswerLookup) async throws {
        switch self {
        case .claim(let batch, let owner, let expiry):
            // The claim was granted. Whether the earlier holder was gone can no longer be checked.
            _ = try await memory.claim(batch, for: owner, until: expiry, now: .distantFuture)
        case .renew(let claim, let expiry): try await memory.renew(claim, until: expiry)
        case .release(let claim): try await memory.release(claim)
        case .beginAttempt(let attempt, let claim): try await memory.beginAttempt(attempt, claim: claim)
        case .assign(let all, let attempt, let claim): try await memory.assign(all, attempt: attempt, claim: claim)
        case .sealAttempt(let attempt, let jobs, let claim):
            try await memory.sealAttempt(attempt, jobs: jobs, claim: claim)
        case .updateAttempt(let attempt, let claim): try await memory.updateAttempt(attempt, claim: claim)
        case .saveProviderJob(let job, let state, let claim):
            try await memory.saveProviderJob(job, state: state, claim: claim)
        case .ingest(let results, let progress, let job, let claim):
            _ = try await memory.ingest(results, progress: progress, into: job, claim: claim)
        case .recordAnomalies(let all, let job, let claim):
            try await memory.recordAnomalies(all, of: job, claim: claim)
        case .endProviderJob(let job, let state, let closing, let claim):
            _ = try await memory.endProviderJob(job, state: state, closing: closing, claim: claim)
        case .amendProviderJob(let job, let results, let claim):
            _ = try await memory.amendProviderJob(job, with: results, claim: claim)
        }
    }
}
