import LLMBatchCore

/// The calls that most services have in common.
extension HTTPTransport {
    /// Sends a call whose answer is a JSON object.
    func object(_ call: Call) async throws(ProviderError) -> JSONObject {
        try WireReading.object(try await send(call))
    }

    /// Sends a call whose answer is a job.
    func job(_ call: Call, _ read: (JSONObject) -> RemoteJob?) async throws(ProviderError) -> RemoteJob {
        guard let job = read(try await object(call)) else { throw WireReading.unreadable }
        return job
    }

    /// Sends a call that cancels a job. A job that has already ended refuses it, which is fine.
    ///
    /// - Parameter hasEnded: whether a refusal means that the job has already ended.
    func cancel(
        _ call: Call,
        unless hasEnded: (ProviderError) -> Bool = { $0.kind == .invalidRequest || $0.statusCode == 409 }
    ) async throws(ProviderError) {
        do throws(ProviderError) { _ = try await send(call) } catch {
            guard hasEnded(error) else { throw error }
        }
    }
}

extension Duration {
    /// The total time limit of a call that carries requests or results. A stalled transfer is given up much sooner.
    static let longestTransfer: Duration = .seconds(4 * 3600)
}

extension ProviderError {
    /// Waits before another try.
    ///
    /// - Throws: `cancelled` when the task is cancelled.
    static func pause(_ time: Duration) async throws(ProviderError) {
        do { try await Task.sleep(for: time) } catch {
            throw ProviderError(.cancelled, delivery: .unknown, message: "the call was cancelled")
        }
    }

    /// A job of requests that name no model, for a service that needs one.
    static var noModel: ProviderError {
        ProviderError(.invalidRequest, delivery: .notSent, message: "the job has no model")
    }
}

/// The result of a lookup; nil for what the service does not find.
func ifFound<Value>(_ lookUp: () async throws(ProviderError) -> Value?) async throws(ProviderError) -> Value? {
    do throws(ProviderError) { return try await lookUp() } catch {
        guard error.kind == .notFound else { throw error }
        return nil
    }
}
