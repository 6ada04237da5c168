import Foundation
import GRDB
import LLMBatchCore

extension Attempt {
    init(row: Row) throws {
        self.init(
            number: row["number"], parent: row["parent"], outcomes: try row.decoded(Set<Outcome>.self, "outcomes"),
            provider: try Column.value(ProviderSettings.self, json: row["settings"]),
            account: try row.decoded(ProviderAccount.self, "account"), createdAt: Date(milliseconds: row["created_at"]))
    }
}

extension ProviderJob {
    init(row: Row, batch: BatchID, counts: OutcomeCounts) throws {
        self.init(
            id: ProviderJobID(batch: batch, attempt: row["number"], index: row["job_index"]),
            input: JobInputDigest(requests: row["requests"], bytes: row["bytes"], sha256: row.bytes("sha256")),
            state: try JobState(row: row), counts: counts)
    }
}

extension JobState {
    init(row: Row) throws {
        self.init(phase: JobPhase(rawValue: row["phase"]) ?? .needsAttention)
        token = row["token"]
        tries = row["tries"]
        listings = row["listings"]
        failures = row["failures"]
        intendedAt = row.date("intended_at")
        inputFileID = row["input_file_id"]
        remoteID = row["remote_id"]
        remoteWord = row["remote_word"]
        remoteStatus = (row["remote_status"] as String?).flatMap(BatchStatus.init)
        outputFileID = row["output_file_id"]
        errorFileID = row["error_file_id"]
        reported = try row.decoded(RemoteJob.ReportedCounts.self, "reported")
        collected = try row.decoded(CollectionProgress.self, "collected") ?? CollectionProgress()
        expiresAt = row.date("expires_at")
        endedAt = row.date("ended_at")
        cancelRequested = row["cancel_requested"]
        if let code: String = row["failure_code"] {
            failure = ResultError(code: code, message: row["failure_message"] ?? "")
        }
    }

    /// The columns of `provider_jobs` that hold a state, and their values.
    func columns() throws -> [(String, (any DatabaseValueConvertible)?)] {
        [
            ("phase", phase.rawValue), ("status", batchStatus.rawValue), ("token", token), ("tries", tries),
            ("listings", listings), ("failures", failures), ("intended_at", intendedAt?.milliseconds),
            ("input_file_id", inputFileID), ("remote_id", remoteID), ("remote_word", remoteWord),
            ("remote_status", remoteStatus?.rawValue), ("output_file_id", outputFileID), ("error_file_id", errorFileID),
            ("reported", try reported.map(Column.json)), ("expires_at", expiresAt?.milliseconds),
            ("ended_at", endedAt?.milliseconds), ("cancel_requested", cancelRequested), ("failure_code", failure?.code),
            ("failure_message", failure?.message),
        ]
    }
}

extension StoredRequest {
    init(row: Row, endpoint: Endpoint) {
        self.init(
            position: row["position"], sourceLine: row["source_line"],
            request: BatchRequest(
                customID: CustomID(row["custom_id"]), endpoint: endpoint, model: row["model"],
                line: row.bytes("line") ?? []),
            outcome: row.outcome("outcome"))
    }
}

extension BatchResult {
    /// From a row with the columns of ``Database/resultColumns``; nil while the try is open.
    init?(row: Row, batch: BatchID, endpoint: Endpoint) {
        guard let outcome = row.outcome("outcome") else { return nil }
        let error = (row["error_code"] as String?).map { ResultError(code: $0, message: row["error_message"] ?? "") }
        self.init(
            customID: CustomID(row["custom_id"]), position: row["position"], endpoint: endpoint,
            job: ProviderJobID(batch: batch, attempt: row["number"], index: row["job_index"]), outcome: outcome,
            statusCode: row["status_code"], error: error,
            usage: TokenUsage(input: row["input_tokens"], output: row["output_tokens"]), line: row.bytes("line"),
            nativeLine: row.bytes("native"), recordedAt: Date(milliseconds: row["recorded_at"]),
            isReused: ResultSource(row: row) == .reused)
    }
}

extension ResultSource {
    init?(row: Row) {
        guard let file: String = row["source_file"] else { return nil }
        self.init(file: file, line: row["source_line"])
    }
}

extension Anomaly {
    init(row: Row, batch: BatchID) {
        self.init(
            number: row["anomaly_key"],
            job: ProviderJobID(batch: batch, attempt: row["number"], index: row["job_index"]),
            kind: Kind(rawValue: row["kind"]), customID: (row["custom_id"] as String?).map { CustomID($0) },
            source: ResultSource(file: row["source_file"], line: row["source_line"]), message: row["message"],
            line: row.bytes("line"))
    }
}
