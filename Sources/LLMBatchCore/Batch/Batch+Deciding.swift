extension Batch {
    /// Takes a job at the provider for one of this batch's: for a create call whose outcome nobody can prove.
    ///
    /// The provider is asked about the job first. A job that says itself that it is another one (its label names another
    /// batch, its token or its input is not ours, or it is one of the batch's already) is refused, since its answers would be
    /// stored as those of this batch's requests.
    ///
    /// - Parameters:
    ///   - remoteID: the provider's id of the job.
    ///   - index: which provider job of the latest attempt, from 1; the only one in doubt when nil.
    ///   - force: true takes the job whatever it says.
    /// - Throws: `wrongState` when that job is known to be accepted or has ended, several are in doubt and none is named, or
    ///   the job at the provider is another one; `notFound` when the provider does not know the id.
    public func adopt(_ remoteID: String, index: Int? = nil, force: Bool = false) async throws {
        let others = try await jobs()
        try await runner().decide(index: index, isOne: true) { remote, job in
            let seen = try await remote.job(remoteID)
            let claim = AdoptionCheck(job: job, others: others.filter { $0.id != job.id })
            if !force, let contradiction = claim.contradiction(in: seen) {
                throw LLMBatchError(
                    .wrongState, "job \(remoteID) is not taken for provider job \(job.id): \(contradiction)",
                    hint: "Nothing was changed; llmbatch adopt \(id) \(remoteID) --force takes it all the same")
            }
            return .adopted(seen)
        }
    }

    /// Allows another try of what may or may not have been accepted: its owner has looked, or accepts to pay twice.
    ///
    /// The next ``start()`` or ``wait()`` submits it again, with a fresh token.
    ///
    /// - Parameter index: which provider job of the latest attempt, from 1; all that are in doubt when nil.
    /// - Throws: `wrongState` when nothing is in doubt, or the batch is being cancelled.
    public func resubmit(index: Int? = nil) async throws {
        guard try await !storage.isCancelRequested(id) else {
            throw LLMBatchError(
                .wrongState, "batch \(id) is being cancelled, so nothing of it is submitted",
                hint:
                    "llmbatch cancel \(id)  # gives up what is open\nllmbatch retry \(id) --wait  # then asks it again")
        }
        try await runner().decide(index: index) { _, _ in .resubmissionAllowed }
    }

    /// Searches the provider's list once more for what may have been accepted, and goes on from what is found; looks once more
    /// at the results that were gone or fell short.
    ///
    /// - Throws: `wrongState` when nothing is in doubt; `needsAttention` when results still fall short.
    public func reconcile() async throws {
        let latest = try await attempts().last
        let jobs = try await storage.jobs(of: id, attempt: latest?.number).filter(\.state.isInDoubt)
        let stopped = jobs.filter(\.state.lacksResults)
        if stopped.isEmpty || stopped.count < jobs.count {
            try await runner().decide(index: nil) { _, _ in .searchWanted }
            try await start()
        }
        if let latest, !stopped.isEmpty { _ = try await runner().lookAgain(at: stopped, of: latest) }
    }
}
