extension BatchOperations {
    /// Creates a batch, waits for it and returns its answers, checking at an interval a bounded number of times.
    ///
    /// Transient failures are waited out. After the last check the call ends with an error of the kind
    /// ``ProviderError/Kind/timeout`` that names the batch. The provider continues to process it, and ``status(_:)``,
    /// ``retrieve(_:)`` and ``cancel(_:)`` keep working.
    ///
    /// - Parameters:
    ///   - statusCheckInterval: the pause between two checks.
    ///   - maxIterations: the maximum number of checks.
    /// - Throws: as ``create(_:settings:endpoint:name:metadata:)`` and ``retrieve(_:)``.
    public func invoke(
        _ requests: [CustomID: BatchInput], settings: [String: JSONValue] = [:],
        endpoint: Endpoint = .chatCompletions, name: String? = nil, metadata: [String: String] = [:],
        statusCheckInterval: Duration = .seconds(60), maxIterations: Int = 24 * 60
    ) async throws -> [CustomID: BatchResult] {
        var paced = self
        if case .batch(let remote) = provider.kind {
            paced = BatchOperations(
                Provider(PacedProvider(remote, every: statusCheckInterval)), storage: storage, clock: clock,
                readPolicy: readPolicy)
        }
        let batch = try await paced.make(requests, settings, endpoint, name, metadata)
        do {
            guard try await batch.hasEnded(within: statusCheckInterval * max(1, maxIterations)) else {
                throw LLMBatchError(
                    .providerUnavailable, "batch \(batch.id) has not ended after \(maxIterations) checks",
                    remedy:
                        "Nothing is lost: the provider continues to process it, and its answers can be retrieved later",
                    kind: .timeout)
            }
        } catch let error as LLMBatchError {
            throw error.about(batch.id)
        }
        return try await answers(of: batch)
    }
}

extension Batch {
    /// Drives the batch for a limited time; true when it has ended.
    fileprivate func hasEnded(within limit: Duration) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.wait()
                return true
            }
            group.addTask {
                try await self.clock.sleep(limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
