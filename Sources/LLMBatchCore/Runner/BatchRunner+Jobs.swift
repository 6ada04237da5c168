extension BatchRunner {
    /// What judges the answers of a job's batch; nil for a plain batch.
    func judge() async throws -> PackJudge? {
        guard let definition = try await storage.batch(batch)?.jobDefinition() else { return nil }
        return try PackJudge(definition, decode: work.decode)
    }

    /// What plans an attempt. A realtime job is answered from the storage as it is driven; of a batch provider's jobs it has
    /// to be known before.
    func planner(_ claim: Claim, narrowing: PackNarrowing? = nil) async throws -> AttemptPlanner {
        var planner = AttemptPlanner(storage: storage, provider: provider, claim: claim, narrowing: narrowing)
        if case .batch = provider.kind, work.reusesAnswers {
            planner.reuser = try AnswerReuser(
                storage, provider: provider.settings, check: try await judge().map(AnswerCheck.init),
                fromImports: work.reusesImports)
            planner.reusesImports = work.reusesImports
        }
        return planner
    }

    /// What narrows the packs of a later attempt; nil for a plain batch.
    func narrowing() async throws -> PackNarrowing? {
        try await judge().map {
            PackNarrowing(storage: storage, batch: batch, judge: $0, asksAgain: work.asksAgain)
        }
    }
}
