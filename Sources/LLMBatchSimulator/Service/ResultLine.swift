import Foundation
import LLMBatchCore

/// One request of a job that ends.
struct EndedRequest {
    let line: InputLine
    let request: SimulatedRequest
    /// The model's answer; nil when the job ended before the request was processed.
    let answer: SimulatedAnswer?
}

/// What a service reports about one request, in terms that every service translates to its own format.
enum RequestOutcome {
    /// A response of the model, with its HTTP status.
    case body(status: Int, JSONNode)
    /// An error instead of an answer.
    case failure(status: Int, code: String?, message: String, type: String)
    /// The script wants this request to expire.
    case expired
    /// The job ended, with this status, before the request was processed.
    case unanswered(String)
}

/// One line of a result file.
struct ResultLine {
    var bytes: Data
    /// What it is counted as.
    var kind: String

    static func succeeded(_ json: JSONNode) -> ResultLine { ResultLine(bytes: json.encoded, kind: "succeeded") }

    static func failed(_ json: JSONNode, kind: String = "failed") -> ResultLine {
        ResultLine(bytes: json.encoded, kind: kind)
    }
}

/// The result lines of one job.
struct ResultLines {
    private(set) var output: [Data] = []
    private(set) var errors: [Data] = []
    private(set) var tally: [String: Int] = [:]
    let separatesErrors: Bool

    var count: Int { output.count + errors.count }

    var succeeded: Int { tally["succeeded", default: 0] }

    init(separatesErrors: Bool) { self.separatesErrors = separatesErrors }

    mutating func add(_ line: ResultLine) {
        tally[line.kind, default: 0] += 1
        if separatesErrors, line.kind != "succeeded" { errors.append(line.bytes) } else { output.append(line.bytes) }
    }
}

extension ServiceJob {
    /// The outcome of each request of a job that ends, in input order, as the script wants it. Records the answered
    /// requests in the ledger.
    func ending(in status: String, script: SimulatorScript, ledger: SimulatorLedger) -> [EndedRequest] {
        let answered =
            switch status {
            case "completed": lines.count
            case "expired": min(lines.count, script.answeredBeforeEnd ?? lines.count)
            case "failed": 0
            default: min(lines.count, script.answeredBeforeEnd ?? 0)
            }
        var asked = ledger.contents.askedCounts
        let ended = lines.enumerated().map { index, line in
            let isAnswered = index < answered
            let request = SimulatedRequest(
                customID: line.customID, endpoint: endpoint, askedBefore: asked[line.customID, default: 0],
                batchID: id, lineIndex: line.index, source: Data(line.source))
            if isAnswered { asked[line.customID, default: 0] += 1 }
            return EndedRequest(line: line, request: request, answer: isAnswered ? script.answer(request) : nil)
        }
        ledger.recordAsks(
            lines.prefix(answered).map { LedgerAsk(customID: $0.customID, endpoint: endpoint, batchID: id) })
        return ended
    }
}
