import Foundation

extension Batch {
    /// Rebuilds a batch from a job at the provider, whoever submitted it, when the local records are lost.
    ///
    /// The requests are read back from the job's input, and ``wait()`` collects its answers. Nothing is submitted for
    /// such a batch except by a retry. A crash leaves at most a draft.
    ///
    /// - Parameters:
    ///   - remoteID: the provider's id of the job.
    ///   - provider: the provider that ran the job.
    ///   - storage: where the batch is stored; in memory by default, until ``save(to:)``.
    ///   - name: the owner's name for the batch, unique in the storage.
    /// - Throws: `invalidConfiguration` for a provider that does not keep requests, `notFound` for a job that it does
    ///   not know, `nameTaken`, `invalidInput` when the job's input cannot be read.
    public static func recover(
        _ remoteID: String, provider: Provider, storage given: (any BatchStorage)? = nil, name: String? = nil
    ) async throws -> Batch {
        let storage: any BatchStorage = given ?? Storage.memory()
        guard case .batch(let remote) = provider.kind, let remote = remote.recovering else {
            throw LLMBatchError(
                .invalidConfiguration, "\(provider.settings.name) does not keep the requests of a job",
                remedy: """
                    Only a job whose input is in your own bucket can be recovered; any other batch has to be in a \
                    storage, or in an exported file
                    """)
        }
        let found: RecoveredJob
        do throws(ProviderError) { found = try await remote.recover(remoteID) } catch {
            throw error.kind == .notFound
                ? LLMBatchError(.notFound, "the provider does not know this job: \(error.message)")
                : error.stopping("asking for the job")
        }
        let source = RequestSource.streamed("job \(remoteID)", found.lines, endpoint: found.endpoint)
        do {
            let id = try await BatchImport(source: source, storage: storage).run(
                name: name, metadata: [:], provider: found.provider.settings)
            var batch = Batch(id: id, storage: storage, catalog: ProviderCatalog(), given: found.provider)
            batch.isUnkept = given == nil
            do { try await batch.runner().take(found.job) } catch {
                try? await shielded { try await storage.deleteBatch(id) }
                throw error
            }
            return batch
        } catch let error as ProviderError {
            throw error.stopping("reading the job's requests")
        }
    }
}

extension BatchRunner {
    /// Seals the first attempt with a job that already exists at the provider.
    func take(_ job: RemoteJob) async throws {
        try await underClaim { claim in
            var attempt = Attempt(
                number: 1, parent: nil, outcomes: nil, provider: provider.settings, account: nil,
                createdAt: job.createdAt ?? clock.now())
            try await planner(claim).plan(attempt)
            let jobs = try await storage.providerJobs(of: batch, attempt: 1)
            guard let planned = jobs.first, jobs.count == 1 else {
                throw LLMBatchError(.invalidInput, "the job's requests name several models, or too many for one job")
            }
            // The state of a job whose create call got no answer and that its owner then found.
            var state = ProviderJobState(phase: .creating)
            state.token = job.token
            state.intendedAt = job.createdAt ?? clock.now()
            state.inputFileID = job.inputFileID
            try await storage.record(lifecycle.reduce(state, .adopted(job)).state, of: planned.id, under: claim)
            // From here on it is an ordinary batch, and its owner can submit it again.
            var submitting = self
            if case .batch(let remote) = provider.kind, let remote = remote.recovering {
                submitting.provider = try remote.submitting()
            }
            try await submitting.bind(&attempt, [try await storage.providerJob(planned.id)], claim: claim)
        }
    }
}
