/// Drives a job whose requests a batch provider need not be asked: they are answered from the storage.
///
/// Such a job is told by its input (``JobInputDigest/reused(requests:fromImports:)``). It is sealed with its attempt like any other, so a crash
/// at any point leaves it to be taken up again.
struct ReusedJobDriver {
    let job: ProviderJob
    let storage: any BatchStorage
    let reuser: AnswerReuser
    let claim: Claim
    let clock: RunnerClock
    let lifecycle: JobLifecycle

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

    /// Between the planning and now, somebody may have removed the batch that had an answer.
    private func giveUpRest() async throws {
        var query = JobRequestQuery(job: job.id, onlyOpen: true)
        while true {
            let page = try await storage.jobRequests(query)
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

    private func take(_ event: JobEvent, _ state: inout JobState) async throws {
        let next = lifecycle.reduce(state, event).state
        try await storage.record(next, of: job.id, under: claim)
        state = next
    }
}
