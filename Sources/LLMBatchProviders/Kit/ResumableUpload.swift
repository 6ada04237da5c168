import LLMBatchCore

/// Sends the bytes of a resumable upload, and resumes it after a broken connection.
struct ResumableUpload {
    /// The state of an upload at the service.
    enum Standing {
        /// The service holds this many bytes, and needs more.
        case holds(Int)
        /// The upload is complete, with the final answer.
        case complete(HTTPTransport.Reply)
        /// The service does not say, or has lost the upload.
        case unknown
    }

    /// How many consecutive failures without progress are allowed.
    private static let mostFailures = 4

    /// The pause before the state is queried.
    let pause: Duration
    /// Sends the bytes from an offset.
    let send: (Int) async throws(ProviderError) -> Standing
    /// Queries the state of the upload.
    let ask: () async throws(ProviderError) -> Standing

    init(
        pause: Duration, send: @escaping (Int) async throws(ProviderError) -> Standing,
        ask: @escaping () async throws(ProviderError) -> Standing
    ) {
        self.pause = pause
        self.send = send
        self.ask = ask
    }

    /// The answer to the upload's last byte.
    ///
    /// - Throws: the failure that ended the upload; it can then be retried from the start.
    func run() async throws(ProviderError) -> HTTPTransport.Reply {
        var offset = 0
        var failures = 0
        var standing = try await sent(from: offset)
        while true {
            switch standing {
            case .success(.complete(let reply)): return reply
            case .success(.holds(let held)):
                failures = held > offset ? 0 : failures + 1
                guard failures < Self.mostFailures else { throw Self.stalled }
                offset = held
                standing = try await sent(from: offset)
            case .success(.unknown): throw Self.stalled
            case .failure(let failure):
                failures += 1
                guard failure.isTransient, failures < Self.mostFailures else { throw failure }
                standing = try await asked(failure)
            }
        }
    }

    private func sent(from offset: Int) async throws(ProviderError) -> Result<Standing, ProviderError> {
        do throws(ProviderError) { return .success(try await send(offset)) } catch {
            guard error.statusCode == 404 || error.statusCode == 410 else { return .failure(error) }
            throw Self.forgotten
        }
    }

    /// An upload that the service has lost counts as failed.
    private func asked(_ failure: ProviderError) async throws(ProviderError) -> Result<Standing, ProviderError> {
        try await ProviderError.pause(pause)
        do throws(ProviderError) {
            let standing = try await ask()
            if case .unknown = standing { throw failure }
            return .success(standing)
        } catch {
            if error.kind == .notFound || error.kind == .invalidRequest { throw failure }
            return .failure(error)
        }
    }

    /// The whole upload can be retried.
    private static var forgotten: ProviderError {
        ProviderError(.network, delivery: .unknown, message: "the service has lost the upload")
    }

    private static var stalled: ProviderError {
        ProviderError(.network, delivery: .unknown, message: "the upload fails without progress")
    }
}

extension HTTPTransport {
    /// The URL of an upload session.
    ///
    /// It is presigned, so no credential is sent there. Behind a proxy it may point to another host.
    func session(_ address: String?) throws(ProviderError) -> Target {
        guard let address else {
            throw ProviderError(.unreadable, delivery: .unknown, message: "the service did not open an upload session")
        }
        return try permitted(address)
    }
}
