import Foundation

/// A problem that validation finds in an input file.
struct BatchProblem {
    var code: String
    var message: String
    var line: Int?
    var param: String?

    var json: WireJSON {
        ["code": .string(code), "message": .string(message), "param": .init(param), "line": .init(line)]
    }
}

/// A readable line of an input file.
struct InputLine {
    var customID: String
    var model: String?
    var index: Int
    var source: Data
}

/// A batch with everything that the simulator stores about it.
struct SimulatedBatchState {
    var id: String
    var endpoint: String
    var inputFileID: String
    var metadata: [String: String]?
    var lines: [InputLine]
    var problems: [BatchProblem]
    var outputLifetime: Int?
    var createdAt = Fingerprint.now
    var status = "validating"
    var step = 0
    var stamps: [String: Int] = [:]
    var outputFileID: String?
    var errorFileID: String?
    var counts: SimulatedCounts?
    var getsRefused = 0
    var listingsMissed = 0

    /// Another user's batch with this age in seconds.
    static func stranger(_ number: Int, age: Int) -> SimulatedBatchState {
        var batch = SimulatedBatchState(
            id: "stranger_\(number)", endpoint: "/v1/chat/completions", inputFileID: "stranger_file_\(number)",
            metadata: nil, lines: [], problems: [], outputLifetime: nil)
        batch.createdAt -= age
        batch.status = "completed"
        batch.counts = SimulatedCounts(total: 1, completed: 1, failed: 0)
        return batch
    }

    /// The status for the next GET. Advances along the script's statuses when they apply.
    mutating func nextStatus(_ script: SimulatorScript) -> String {
        if FinalStatus.all.contains(status) || status == script.holdAt { return status }
        if status == "cancelling" { return "cancelled" }
        if !problems.isEmpty { return "failed" }
        step += 1
        return step < script.statuses.count ? script.statuses[step] : script.statuses.last ?? status
    }

    /// Sets the status and records when.
    mutating func move(to word: String) {
        guard word != status else { return }
        status = word
        stamps[word] = Fingerprint.now
        let started = !["validating", "failed"].contains(word)
        if started && counts == nil { counts = SimulatedCounts(total: lines.count, completed: 0, failed: 0) }
    }

    var publicView: SimulatedBatch {
        SimulatedBatch(
            id: id, status: status, endpoint: endpoint, inputFileID: inputFileID, outputFileID: outputFileID,
            errorFileID: errorFileID, metadata: metadata ?? [:], customIDs: lines.map(\.customID))
    }
}

extension SimulatedBatchState {
    /// The batch in the API's format.
    var json: WireJSON {
        [
            "id": .string(id), "object": "batch", "endpoint": .string(endpoint), "model": .init(lines.first?.model),
            "errors": errorsJSON, "input_file_id": .string(inputFileID), "completion_window": "24h",
            "status": .string(status), "output_file_id": .init(outputFileID), "error_file_id": .init(errorFileID),
            "created_at": .int(createdAt), "in_progress_at": .init(stamps["in_progress"]),
            "expires_at": .int(createdAt + 86400), "finalizing_at": .init(stamps["finalizing"]),
            "completed_at": .init(stamps["completed"]), "failed_at": .init(stamps["failed"]),
            "expired_at": .init(stamps["expired"]), "cancelling_at": .init(stamps["cancelling"]),
            "cancelled_at": .init(stamps["cancelled"]), "request_counts": countsJSON, "usage": usageJSON,
            "metadata": .init(metadata),
        ]
    }

    private var errorsJSON: WireJSON {
        status == "failed" ? ["object": "list", "data": .array(problems.map(\.json))] : nil
    }

    private var countsJSON: WireJSON {
        if let counts { return Self.counts(counts) }
        let isNull = FinalStatus.withResults.contains(status)
        return isNull ? nil : Self.counts(SimulatedCounts(total: 0, completed: 0, failed: 0))
    }

    private var usageJSON: WireJSON {
        let answered = status == "completed" ? min(counts?.completed ?? 0, lines.count) : 0
        guard answered > 0 else { return nil }
        return DefaultBody.tokenUsage(times: answered)
    }

    private static func counts(_ counts: SimulatedCounts) -> WireJSON {
        ["total": .int(counts.total), "completed": .int(counts.completed), "failed": .int(counts.failed)]
    }
}
