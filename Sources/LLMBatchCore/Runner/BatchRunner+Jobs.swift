extension BatchRunner {
    /// What judges the answers of a job's batch; nil for a plain batch.
    func judge() async throws -> PackJudge? {
        guard let definition = try await storage.batch(batch)?.jobDefinition() else { return nil }
        return try PackJudge(definition, decode: work.decode)
    }

    func planner(_ claim: Claim, narrowing: PackNarrowing? = nil) -> AttemptPlanner {
        AttemptPlanner(storage: storage, provider: provider, claim: claim, narrowing: narrowing)
    }

    /// What narrows the packs of a later attempt; nil for a plain batch.
    func narrowing() async throws -> PackNarrowing? {
        try await judge().map {
            PackNarrowing(storage: storage, batch: batch, judge: $0, asksAgain: work.asksAgain)
        }
    }
}
