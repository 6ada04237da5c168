import Foundation

/// What became of one request of a job that ends.
struct SimulatedLine {
    let line: InputLine
    let request: SimulatedRequest
    /// What the model made of it; nil when the job ended before it was its turn.
    let answer: SimulatedAnswer?
}

extension SimulatedBatchState {
    /// Works out what a job ends with: each of its requests with its answer, as the script says, in the order of the input.
    ///
    /// The requests that are answered are entered in the ledger as asked.
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
