import LLMBatchCore

extension StorageConformance {
    /// Random lives of a few batches, compared with a simple model after every step.
    static let randomWalks: [Case] = (1...24).map { (seed: UInt64) in
        Case("random walk: seed \(seed)") { storage in
            var walk = RandomWalk(seed: seed, storage: storage)
            for step in 1...60 {
                do {
                    try await walk.step()
                    try await walk.compare()
                } catch let failure as ConformanceFailure {
                    throw failure.after("seed \(seed), step \(step), \(walk.lastStep)")
                }
            }
        }
    }
}
