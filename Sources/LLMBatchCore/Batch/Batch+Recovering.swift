import Foundation

extension Batch {
    /// Makes a batch of a job that is at the provider, whoever submitted it and whatever became of their records.
    ///
    /// The requests are read back from the job's input, and ``wait()`` brings in its answers. Nothing is ever submitted for
    /// such a batch but by a retry. A process that ends in between leaves a draft at worst.
    ///
    /// - Parameters:
    ///   - remoteID: the provider's id of the job.
    ///   - provider: who has it.
    ///   - storage: where the batch is kept; in memory, until ``save(to:)``, when left out.
    ///   - name: the owner's name for it, unique in the storage.
    /// - Throws: `invalidConfiguration` for a provider that keeps no requests, `notFound` for a job that it does not know,
    ///   `nameTaken`, `invalidInput` for an input that cannot be read.
    public static func recover(
        _ remoteID: String, provider: Provider, storage: any BatchStorage = MemoryStorage(), name: String? = nil
    ) async throws -> Batch {
        guard case .batch(let remote) = provider.kind, let remote = remote.recovering else {
            throw LLMBatchError(
                .invalidConfiguration, "\(provider.settings.name) cannot give back the requests of a job",
                hint:
                    "Only jobs of bedrock can be recovered, whose input lies in a bucket of yours; a batch of another "
                    + "provider has to be in a store, or in a file that export wrote")
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
            let batch = Batch(id: id, storage: storage, catalog: ProviderCatalog(), given: found.provider)
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
    /// Seals the first attempt around a job that the provider has already.
    func take(_ job: RemoteJob) async throws {
        try await underClaim { claim in
            var attempt = Attempt(
                number: 1, parent: nil, outcomes: nil, provider: provider.settings, account: nil,
                createdAt: job.createdAt ?? clock.now())
            try await planner(claim).plan(attempt)
            let jobs = try await storage.jobs(of: batch, attempt: 1)
            guard let planned = jobs.first, jobs.count == 1 else {
                throw LLMBatchError(.invalidInput, "the job's requests are of several models, or too many for one job")
            }
            // As of a job whose create call gave no answer, and which its owner then found.
            var state = JobState(phase: .creating)
            state.token = job.token
            state.intendedAt = job.createdAt ?? clock.now()
            state.inputFileID = job.inputFileID
            try await storage.record(lifecycle.reduce(state, .adopted(job)).state, of: planned.id, under: claim)
            // From here on it is a batch like any other, and may be submitted again where its owner says so.
            var submitting = self
            if case .batch(let remote) = provider.kind, let remote = remote.recovering {
                submitting.provider = try remote.submitting()
            }
            try await submitting.bind(&attempt, try await storage.jobs(of: batch, attempt: 1), claim: claim)
        }
    }
}
