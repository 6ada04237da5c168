extension BatchRunner {
    /// Binds the attempt to the account it goes to, checks that it goes on where it began, and records settings that were
    /// given anew.
    ///
    /// As long as nothing has reached the provider (a key that was refused, for example), there is nothing to be bound to.
    func bind(_ attempt: inout Attempt, _ jobs: [ProviderJob], claim: Claim) async throws {
        // The bytes of its jobs were fixed for that provider.
        guard attempt.provider.name == provider.settings.name else {
            throw LLMBatchError(
                .wrongState,
                "attempt \(attempt.number) of batch \(batch) was made for \(attempt.provider.name), not \(provider.settings.name)",
                hint: "llmbatch cancel \(batch)  # ends it\n"
                    + "llmbatch retry \(batch) --wait --provider \(provider.settings.name) --model NAME  # asks there what did not succeed"
            )
        }
        try checkBytes(attempt)
        let account = provider.account
        let isUntouched = jobs.allSatisfy { $0.isUntouched || $0.isReused }
        if !isUntouched { try requireAccount(of: attempt) }
        guard attempt.account != account || attempt.provider != provider.settings else { return }
        // The model was fixed when the attempt was sealed; it is part of the bytes.
        var settings = provider.settings
        settings.model = attempt.provider.model
        attempt.account = account
        attempt.provider = settings
        try await storage.updateAttempt(attempt, claim: claim)
    }

    /// The model and the options that change answers are part of what was sealed. A provider without a model leaves the
    /// attempt its own.
    private func checkBytes(_ attempt: Attempt) throws {
        let differences = ProviderIdentity(provider.settings).differences(from: ProviderIdentity(attempt.provider))
            .filter { $0.isOfBytes && !($0.subject == .model && $0.here == nil) }
        guard differences.isEmpty else { throw LLMBatchError.fixed(batch, differences) }
    }

    /// Checks that an attempt is gone on with under the account that it is bound to.
    ///
    /// - Throws: `accountChanged`.
    func requireAccount(of attempt: Attempt) throws {
        guard let bound = attempt.account, !acceptsOtherAccount else { return }
        let differences = provider.account.differences(from: bound)
        guard differences.isEmpty else {
            throw LLMBatchError(
                .accountChanged,
                "batch \(batch) was submitted under another account: \(differences.joined(separator: "; "))",
                hint: namesNoKey(bound)
                    ? "The batch does not say where its key is, as one that was imported: say it with "
                        + "--api-key-env NAME or --api-key-file PATH"
                    : "Use the same account, or insist with --accept-account")
        }
    }

    /// True where there is no key for an attempt that was submitted with one, and nobody says where it is.
    private func namesNoKey(_ bound: ProviderAccount) -> Bool {
        provider.settings.keySource == nil && provider.account.keyFingerprint == nil && bound.keyFingerprint != nil
    }
}

extension ProviderJob {
    /// True while no account has anything of this job.
    fileprivate var isUntouched: Bool {
        let early: Set<JobPhase> = [.planned, .uploading, .answering]
        return early.contains(state.phase) && state.inputFileID == nil && state.remoteID == nil && counts.finished == 0
    }
}
