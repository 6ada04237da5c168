import LLMBatchCore

/// Fills an upload that a service has opened, and goes on where the service stands when the connection broke on the way.
struct ResumableUpload {
    /// What a service holds of an upload.
    enum Standing {
        /// So many bytes from its beginning, with more to come.
        case holds(Int)
        /// All of it, with the answer that says so.
        case complete(HTTPTransport.Reply)
        /// It does not say, or has forgotten the upload.
        case unknown
    }

    /// How often in a row the connection may break without a byte of progress.
    private static let mostFailures = 4

    /// Before the service is asked where it stands.
    let pause: Duration
    /// Sends what comes after so many bytes.
    let send: (Int) async throws(ProviderError) -> Standing
    /// Asks where the service stands.
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
    /// - Throws: the failure that broke the upload off for good; all of it may then be tried again.
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
                guard failure.passes, failures < Self.mostFailures else { throw failure }
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

    /// An upload that the service has forgotten is as good as broken off.
    private func asked(_ failure: ProviderError) async throws(ProviderError) -> Result<Standing, ProviderError> {
        do { try await Task.sleep(for: pause) } catch {
            throw ProviderError(.cancelled, delivery: .unknown, message: "the call was cancelled")
        }
        do throws(ProviderError) {
            let standing = try await ask()
            if case .unknown = standing { throw failure }
            return .success(standing)
        } catch {
            if error.kind == .notFound || error.kind == .invalidRequest { throw failure }
            return .failure(error)
        }
    }

    /// All of it may be tried again.
    private static var forgotten: ProviderError {
        ProviderError(.network, delivery: .unknown, message: "the service has forgotten the upload")
    }

    private static var stalled: ProviderError {
        ProviderError(.network, delivery: .unknown, message: "the upload breaks off and makes no progress")
    }
}

extension HTTPTransport {
    /// The address at which a service takes the bytes of an upload that it has opened.
    ///
    /// It is its own permission, so no credential goes there. A proxy passes on that of the service behind it, so it may lie
    /// elsewhere.
    func session(_ address: String?) throws(ProviderError) -> Target {
        guard let address else {
            throw ProviderError(.unreadable, delivery: .unknown, message: "the service opens no upload")
        }
        return try permitted(address)
    }
}
