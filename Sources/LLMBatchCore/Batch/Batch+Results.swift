extension Batch {
    /// The current results, streamed in batch order: for each request its latest success, otherwise its latest result.
    public func results(_ selection: ResultSelection = .all) -> Paged<BatchResult> {
        let (storage, id, outcomes) = (storage, id, selection.outcomes)
        return Paged {
            try await storage.results(ResultQuery(batch: id, outcomes: outcomes, after: $0))
        } position: {
            $0.position
        }
    }

    /// The current results for these custom ids, in the given order; ids without a result are skipped.
    public func results(customIDs: [CustomID]) async throws -> [BatchResult] {
        try await storage.results(of: id, customIDs: customIDs)
    }

    /// Every try of one request, first to last.
    ///
    /// - Throws: `notFound` when the batch has no such request.
    public func history(customID: CustomID) async throws -> [RequestTry] {
        guard try await !storage.requests(of: id, customIDs: [customID]).isEmpty else {
            throw LLMBatchError(.notFound, "batch \(id) has no request \"\(customID)\"")
        }
        return try await storage.history(of: id, customID: customID)
    }

    /// Every try of each of these requests, first to last, in the given order; none for an unknown id.
    public func history(customIDs: [CustomID]) async throws -> [[RequestTry]] {
        try await storage.history(of: id, customIDs: customIDs)
    }

    /// All requests, streamed in batch order.
    public func requests() -> Paged<StoredRequest> { requests(.all) }

    /// The requests whose current result is not a success, streamed in batch order.
    public func unsuccessfulRequests(_ outcomes: Set<Outcome> = Outcome.unsuccessful) -> Paged<StoredRequest> {
        requests(.outcomes(outcomes))
    }

    /// The requests with these custom ids, in the given order; unknown ids are skipped.
    public func requests(customIDs: [CustomID]) async throws -> [StoredRequest] {
        try await storage.requests(of: id, customIDs: customIDs)
    }

    /// The requests in the selected state, streamed in batch order.
    public func requests(_ selection: RequestQuery.Selection) -> Paged<StoredRequest> {
        let (storage, id) = (storage, id)
        return Paged {
            try await storage.requests(RequestQuery(batch: id, selection: selection, after: $0))
        } position: {
            $0.position
        }
    }

    /// Lines from providers that match no request, in the order they were found.
    public func anomalies() -> Paged<Anomaly> {
        let (storage, id) = (storage, id)
        return Paged {
            try await storage.anomalies(of: id, after: $0, limit: 500)
        } position: {
            $0.number
        }
    }

    /// Writes the current results to a file, one line per request, in batch order.
    ///
    /// The file is written atomically: it appears complete, or not at all.
    ///
    /// - Throws: `file` when it cannot be written.
    public func writeResults(to path: String, _ selection: ResultSelection = .all, as form: ResultForm = .openAI)
        async throws
    {
        let file = try AtomicFile(path: path)
        do {
            var buffer: [UInt8] = []
            for try await result in results(selection) {
                guard let line = form.line(of: result) else { continue }
                buffer += line
                buffer.append(0x0A)
                if buffer.count > 256 * 1024 {
                    try file.write(buffer)
                    buffer.removeAll(keepingCapacity: true)
                }
            }
            try file.write(buffer)
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
    }
}
