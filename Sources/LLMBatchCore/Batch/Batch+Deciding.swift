extension Batch {
    /// Links a job at the provider to this batch, to resolve a create call whose outcome cannot be proved.
    ///
    /// The provider is queried first. A job that reports something contradictory is refused, because its answers would
    /// be stored as answers to this batch's requests: its label names another batch, its token or its input is not
    /// ours, or it already belongs to this batch.
    ///
    /// - Parameters:
    ///   - remoteID: the provider's id of the job.
    ///   - index: the provider job of the latest attempt, from 1; nil for the only one in doubt.
    ///   - force: true to link the job whatever it reports.
    /// - Throws: `wrongState` when the provider job is known to be accepted or has ended, when several are in doubt and
    ///   `index` is nil, or when the remote job is a different one; `notFound` when the provider does not know the id.
    public func adopt(_ remoteID: String, index: Int? = nil, force: Bool = false) async throws {
        let others = try await providerJobs()
        try await runner().decide(index: index, isOne: true) { remote, job in
            let seen = try await remote.job(remoteID)
            let claim = AdoptionCheck(job: job, others: others.filter { $0.id != job.id })
            if !force, let contradiction = claim.contradiction(in: seen) {
                throw LLMBatchError(
                    .wrongState, "job \(remoteID) was not linked to provider job \(job.id): \(contradiction)",
                    remedy: Remedy(
                        "Nothing was changed", .adopt(id, remoteID: remoteID, job: job.id.index, force: true)))
            }
            return .adopted(seen)
        }
    }

    /// Submits again what may or may not have been accepted; its owner has checked, or accepts paying twice.
    ///
    /// The next ``start()`` or ``wait()`` submits it, with a new token.
    ///
    /// - Parameter index: the provider job of the latest attempt, from 1; nil for all that are in doubt.
    /// - Throws: `wrongState` when nothing is in doubt, or the batch is being cancelled.
    public func resubmit(index: Int? = nil) async throws {
        guard try await !storage.isCancelRequested(id) else {
            throw LLMBatchError(
                .wrongState, "batch \(id) is being cancelled, so it cannot be submitted again",
                remedy: Remedy("Finish cancelling it, then retry", .cancel(id), .retry(id)))
        }
        try await runner().decide(index: index) { _, _ in .resubmissionAllowed }
    }

    /// Searches the provider's job list again for a submission that may have been accepted, and continues with what it
    /// finds. Also checks again for results that were gone or incomplete.
    ///
    /// - Throws: `wrongState` when nothing is in doubt; `needsAttention` when results are still incomplete.
    public func reconcile() async throws {
        let latest = try await attempts().last
        let jobs = try await storage.providerJobs(of: id, attempt: latest?.number).filter(\.state.isInDoubt)
        let stopped = jobs.filter(\.state.lacksResults)
        if stopped.isEmpty || stopped.count < jobs.count {
            try await runner().decide(index: nil) { _, _ in .searchWanted }
            try await runner().run(until: .submitted)
        }
        if let latest, !stopped.isEmpty { _ = try await runner().lookAgain(at: stopped, of: latest) }
    }
}
