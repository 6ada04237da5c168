extension BatchRunner {
    /// Binds the attempt to its account, checks that it continues under the same one, and records settings that have
    /// changed.
    ///
    /// Until something has reached the provider (the key may have been refused, for example), there is no account to
    /// bind to.
    func bind(_ attempt: inout Attempt, _ jobs: [ProviderJob], claim: Claim) async throws {
        // The bytes of its jobs were fixed for that provider.
        guard attempt.provider.name == provider.settings.name else {
            throw LLMBatchError(
                .wrongState,
                "attempt \(attempt.number) of batch \(batch) was created for \(attempt.provider.name), not \(provider.settings.name)",
                remedy: Remedy(
                    "End it there, then retry with the other provider", .cancel(batch),
                    .retry(batch, provider: provider.settings.name)))
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

    /// The model and the options that change answers are part of what was sealed. A provider without a model keeps the
    /// attempt's.
    private func checkBytes(_ attempt: Attempt) throws {
        let differences = ProviderIdentity(provider.settings).differences(from: ProviderIdentity(attempt.provider))
            .filter { $0.isOfBytes && !($0.subject == .model && $0.here == nil) }
        guard differences.isEmpty else { throw LLMBatchError.fixed(batch, differences) }
    }

    /// Checks that an attempt continues under the account it is bound to.
    ///
    /// - Throws: `accountChanged`.
    func requireAccount(of attempt: Attempt) throws {
        guard let bound = attempt.account, !acceptsOtherAccount else { return }
        let differences = provider.account.differences(from: bound)
        guard differences.isEmpty else {
            throw LLMBatchError(
                .accountChanged,
                "batch \(batch) was submitted under another account: \(differences.joined(separator: "; "))",
                remedy: namesNoKey(bound)
                    ? Remedy("The batch was imported, so it does not name the source of its key", .give(.key))
                    : Remedy("Use the same account", .give(.otherAccount)))
        }
    }

    /// True when the key is missing for an attempt that was submitted with one, and its source is not named.
    private func namesNoKey(_ bound: ProviderAccount) -> Bool {
        provider.settings.keySource == nil && provider.account.keyFingerprint == nil && bound.keyFingerprint != nil
    }
}

extension ProviderJob {
    /// True while nothing of this job has reached any account.
    fileprivate var isUntouched: Bool {
        let early: Set<ProviderJobPhase> = [.planned, .uploading, .answering]
        return early.contains(state.phase) && state.inputFileID == nil && state.remoteID == nil && counts.finished == 0
    }
}
