/// A batch provider that is asked at an interval of the caller's.
struct PacedProvider: BatchProvider {
    let base: any BatchProvider
    let pacing: Pacing

    init(_ base: any BatchProvider, every interval: Duration) {
        self.base = base
        var pacing = base.pacing
        pacing.firstPoll = interval
        pacing.longestPoll = interval
        self.pacing = pacing
    }

    var settings: ProviderSettings { base.settings }
    var account: ProviderAccount { base.account }
    var limits: BatchLimits { base.limits }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] { try base.inputLine(of: request) }

    func upload(_ input: JobInput) async throws(ProviderError) -> String { try await base.upload(input) }

    func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        try await base.findUpload(token: token, digest: digest)
    }

    func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        try await base.create(submission)
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob { try await base.job(id) }

    func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] { try await base.jobs(like: trace) }

    func cancel(_ id: String) async throws(ProviderError) { try await base.cancel(id) }

    func results(
        of job: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        try await base.results(of: job, receive)
    }
}
