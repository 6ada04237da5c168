/// A provider that keeps the requests of its jobs, so that a batch can be rebuilt from a job's id alone.
public protocol RecoveringProvider: BatchProvider {
    /// Returns everything needed to rebuild the batch of a job.
    ///
    /// - Parameter id: the provider's id of the job.
    /// - Throws: `notFound` for a job that the provider does not know.
    func recover(_ id: String) async throws(ProviderError) -> RecoveredJob

    /// The same service, able to submit jobs: for a retry of a recovered batch.
    ///
    /// - Throws: `invalidConfiguration` when a setting is missing that only submitting a job requires.
    func submitting() throws -> Provider
}
