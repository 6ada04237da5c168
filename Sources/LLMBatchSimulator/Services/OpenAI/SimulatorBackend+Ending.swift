import Foundation

/// Ending batches.
extension SimulatorBackend {
    /// Moves a batch to a status, with its files if the status is final.
    func move(at place: Int, to word: String) {
        guard batches[place].status != word else { return }
        guard FinalStatus.all.contains(word) else { return batches[place].move(to: word) }
        if word == "failed" && batches[place].problems.isEmpty {
            batches[place].problems = [BatchProblem(code: "invalid_request", message: "The batch failed.")]
        }
        let batch = batches[place]
        let ending = BatchResults.make(batch, status: word, script: script, ledger: ledger, dialect)
        batches[place].move(to: ending.status)
        batches[place].counts = ending.counts
        batches[place].outputFileID = resultFile(ending.output, of: batch, kind: "output")
        batches[place].errorFileID = resultFile(ending.error, of: batch, kind: "error") ?? ending.absentErrorFileID
    }

    private func resultFile(_ bytes: Data?, of batch: SimulatedBatchState, kind: String) -> String? {
        guard let bytes else { return nil }
        let lifetime = batch.outputLifetime ?? 2_592_000
        return keep(bytes, filename: "\(batch.id)_\(kind).jsonl", purpose: "batch_output", lifetime: lifetime).id
    }
}
