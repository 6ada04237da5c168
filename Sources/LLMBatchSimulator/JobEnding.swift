import Foundation

/// The outcome of one request when its job ends.
struct SimulatedLine {
    let line: InputLine
    let request: SimulatedRequest
    /// The model's answer; nil when the job ended before the request was processed.
    let answer: SimulatedAnswer?
}

extension SimulatedBatchState {
    /// Computes the outcome of each request of an ending job from the script, in input order.
    ///
    /// Records the answered requests in the ledger.
    func ending(in status: String, script: SimulatorScript, ledger: SimulatorLedger) -> [SimulatedLine] {
        guard status != "failed" else { return [] }
        let answered =
            switch status {
            case "completed": lines.count
            case "expired": min(lines.count, script.answeredBeforeEnd ?? lines.count)
            default: min(lines.count, script.answeredBeforeEnd ?? 0)
            }
        var asked = ledger.contents.askedCounts
        let ended = lines.enumerated().map { index, line in
            let isAnswered = index < answered
            let request = SimulatedRequest(
                customID: line.customID, endpoint: endpoint, askedBefore: asked[line.customID, default: 0],
                batchID: id, lineIndex: line.index, source: Data(line.source))
            if isAnswered { asked[line.customID, default: 0] += 1 }
            return SimulatedLine(line: line, request: request, answer: isAnswered ? script.answer(request) : nil)
        }
        ledger.recordAsks(
            lines.prefix(answered).map { LedgerAsk(customID: $0.customID, endpoint: endpoint, batchID: id) })
        return ended
    }
}
