import Foundation
import LLMBatchCore

/// A problem that validation finds in an input file.
struct BatchProblem {
    var code: String
    var message: String
    var line: Int?
    var param: String?
}

/// A readable line of an input file.
struct InputLine {
    var customID: String
    var model: String?
    var index: Int
    var source: Data
}

/// A provider job with everything that the simulator stores about it.
struct ServiceJob {
    var id: String
    var endpoint: String
    var inputFileID = ""
    var metadata: [String: String]?
    var lines: [InputLine]
    var problems: [BatchProblem] = []
    /// What else its create call said, as far as the service needs it later.
    var order: JSONNode = .object([])
    var createdAt = Fingerprint.now
    var status = "validating"
    var step = 0
    /// When it got each status.
    var stamps: [String: Int] = [:]
    var outputFileID: String?
    var errorFileID: String?
    var counts: SimulatedCounts?
    /// The results that it ended with, as the script changed them.
    var results: SimulatedFiles?
    /// How many of its result lines are of each kind.
    var tally: [String: Int] = [:]
    var getsRefused = 0
    var listingsMissed = 0

    /// Whether it has ended.
    var isDone: Bool { FinalStatus.all.contains(status) }

    /// When it ended; nil while it runs.
    var endedAt: Int? { isDone ? stamps[status] ?? createdAt : nil }

    /// All results together, for services that put errors in the only result file.
    var joinedResults: Data? {
        guard let results else { return nil }
        return results.error.map { (results.output ?? Data()) + $0 } ?? results.output
    }

    /// Another user's job with this age in seconds.
    static func stranger(_ number: Int, age: Int) -> ServiceJob {
        var job = ServiceJob(
            id: "stranger_\(number)", endpoint: "/v1/chat/completions", inputFileID: "stranger_file_\(number)",
            lines: [])
        job.createdAt -= age
        job.status = "completed"
        job.counts = SimulatedCounts(total: 1, completed: 1, failed: 0)
        return job
    }

    /// The status for the next GET. Advances along the script's statuses when they apply.
    mutating func nextStatus(_ script: SimulatorScript) -> String {
        if isDone || status == script.holdAt { return status }
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
