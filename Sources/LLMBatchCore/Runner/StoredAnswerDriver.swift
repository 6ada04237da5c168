/// Drives a job of a batch provider whose requests are answered from the storage.
///
/// Its input identifies such a job (``ProviderJobDigest/reused(requests:fromImports:)``). It is sealed with its attempt
/// like any other, so it can be resumed after a crash at any point.
struct StoredAnswerDriver {
    let job: ProviderJob
    let storage: any BatchStorage
    let reuser: AnswerReuser
    let claim: Claim
    let clock: RunnerClock
    let lifecycle: ProviderJobLifecycle

    func drive() async throws {
        var state = job.state
        try await take(.beginAnswering, &state)
        if try await storage.isCancelRequested(claim.batch) {
            try await take(.cancelRequested(at: clock.now()), &state)
        } else {
            try await reuser.answer(job.id, under: claim)
            try await giveUpRest()
        }
        try await take(.answered(at: clock.now()), &state)
    }

    /// The batch that had an answer may have been removed since the attempt was planned.
    private func giveUpRest() async throws {
        var query = ProviderJobRequestQuery(job: job.id, onlyOpen: true)
        while true {
            let page = try await storage.providerJobRequests(query)
            let results = page.elements.map { stored in
                IncomingResult(
                    customID: stored.request.customID, outcome: .errored,
                    error: ResultError(
                        code: "reused_answer_gone", message: "the answer that was to be reused has been removed"),
                    source: .reused)
            }
            if !results.isEmpty { try await storage.take(results, of: job.id, under: claim) }
            guard page.hasMore, let last = page.elements.last else { return }
            query.after = last.position
        }
    }

    private func take(_ event: ProviderJobEvent, _ state: inout ProviderJobState) async throws {
        let next = lifecycle.reduce(state, event).state
        try await storage.record(next, of: job.id, under: claim)
        Observation.report(next, after: state, of: job.id)
        state = next
    }
}
