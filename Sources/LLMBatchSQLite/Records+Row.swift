import Foundation
import GRDB
import LLMBatchCore

extension Attempt {
    init(row: Row) throws {
        self.init(
            number: try row.get("number"), parent: try row.get("parent"),
            outcomes: try row.decodedIfPresent(Set<Outcome>.self, "outcomes"),
            provider: try row.decoded(ProviderSettings.self, "settings"),
            account: try row.decodedIfPresent(ProviderAccount.self, "account"), createdAt: try row.time("created_at"))
    }
}

extension ProviderJobID {
    /// Reads a row with the columns `number` and `job_index`.
    init(row: Row, batch: BatchID) throws {
        self.init(batch: batch, attempt: try row.get("number"), index: try row.get("job_index"))
    }
}

extension ProviderJob {
    init(row: Row, batch: BatchID) throws {
        self.init(
            id: try ProviderJobID(row: row, batch: batch),
            input: ProviderJobDigest(
                requests: try row.count("requests"), bytes: try row.count("bytes"), sha256: try row.bytes("sha256")),
            state: try ProviderJobState(row: row), counts: try row.outcomeCounts())
    }
}

extension ProviderJobState {
    /// Above any limit on tries and failures; an untrusted file may contain numbers that overflow when they are
    /// incremented.
    private static let mostCounted = 1_000_000

    init(row: Row) throws {
        self.init(phase: ProviderJobPhase(rawValue: try row.get("phase")) ?? .needsAttention)
        token = try row.get("token")
        tries = min(try row.count("tries"), Self.mostCounted)
        listings = min(try row.count("listings"), Self.mostCounted)
        failures = min(try row.count("failures"), Self.mostCounted)
        intendedAt = try row.optionalTime("intended_at")
        inputFileID = try row.get("input_file_id")
        remoteID = try row.get("remote_id")
        rawStatus = try row.get("raw_status")
        remoteStatus = try (row.get("remote_status") as String?).flatMap(BatchStatus.init)
        outputFileID = try row.get("output_file_id")
        errorFileID = try row.get("error_file_id")
        reported = try row.decodedIfPresent(RemoteJob.ReportedCounts.self, "reported")
        collected = try row.decodedIfPresent(CollectionProgress.self, "collected") ?? CollectionProgress()
        let looks = min(try row.count("looks"), Self.mostCounted)
        if looks > 0, let at = try row.optionalTime("looked_at") { self.looks = Looks(count: looks, at: at) }
        expiresAt = try row.remoteTime("expires_at")
        endedAt = try row.optionalTime("ended_at")
        cancelRequested = try row.get("cancel_requested")
        cancelRequestedAt = try row.optionalTime("cancel_requested_at")
        queueFull = try row.decodedIfPresent(ResultError.self, "queue_full")
        abandonment = try (row.get("abandonment") as String?).flatMap(Abandonment.init)
        if let code: String = try row.get("failure_code") {
            failure = ResultError(code: code, message: try row.get("failure_message") ?? "")
        }
    }

    /// The columns of `provider_jobs` that store a state, with their values.
    func columns() throws -> [(String, (any DatabaseValueConvertible)?)] {
        [
            ("phase", phase.rawValue), ("status", batchStatus.rawValue), ("token", token), ("tries", tries),
            ("listings", listings), ("failures", failures), ("intended_at", intendedAt?.milliseconds),
            ("input_file_id", inputFileID), ("remote_id", remoteID), ("raw_status", rawStatus),
            ("remote_status", remoteStatus?.rawValue), ("output_file_id", outputFileID), ("error_file_id", errorFileID),
            ("reported", try reported.map(Column.json)), ("looks", looks?.count ?? 0),
            ("looked_at", looks?.at.milliseconds), ("expires_at", expiresAt?.milliseconds),
            ("ended_at", endedAt?.milliseconds), ("cancel_requested", cancelRequested), ("failure_code", failure?.code),
            ("failure_message", failure?.message), ("cancel_requested_at", cancelRequestedAt?.milliseconds),
            ("queue_full", try queueFull.map(Column.json)), ("abandonment", abandonment?.rawValue),
        ]
    }
}
