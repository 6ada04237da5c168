import LLMBatchCore

/// Everything that a storage returns about one batch, query by query, for comparison.
struct BatchContents {
    private(set) var answers: [(query: String, value: AnyHashable)] = []

    init(of batch: BatchID, in storage: any BatchStorage) async throws {
        add("the record", try await storage.batch(batch))
        add("the attempts", try await storage.attempts(of: batch))
        let jobs = try await storage.providerJobs(of: batch, attempt: nil)
        add("the jobs", jobs)
        add("the wish to cancel", try await storage.isCancelRequested(batch))
        let requests = try await storage.allRequests(batch)
        add("the requests", requests)
        try await addSelections(batch, storage)
        try await addLookUps(batch, requests.map(\.request.customID), storage)
        for job in jobs {
            add("the requests of \(job.id)", try await storage.allJobRequests(job.id))
            add("the open requests of \(job.id)", try await storage.allJobRequests(job.id, onlyOpen: true))
            let ids = try await storage.customIDs(of: job.id, at: requests.map(\.position))
            add("the ids of \(job.id) by position", ids)
        }
        add("the tries", try await storage.allTries(batch))
        // Their numbers only have to increase.
        add("the anomalies", try await storage.allAnomalies(batch).map(\.unnumbered))
    }

    private mutating func addSelections(_ batch: BatchID, _ storage: any BatchStorage) async throws {
        add("what is open", try await storage.allRequests(batch, .open))
        add("the results", try await storage.allResults(batch))
        for outcome in Outcome.allCases {
            add("requests \(outcome)", try await storage.allRequests(batch, .outcomes([outcome])))
            add("results \(outcome)", try await storage.allResults(batch, [outcome]))
        }
    }

    private mutating func addLookUps(_ batch: BatchID, _ ids: [CustomID], _ storage: any BatchStorage) async throws {
        add("the requests by id", try await storage.requests(of: batch, customIDs: ids))
        add("the results by id", try await storage.results(of: batch, customIDs: ids))
        for id in ids { add("the history of \(id)", try await storage.history(of: batch, customID: id)) }
    }

    private mutating func add(_ query: String, _ value: some Hashable) {
        answers.append((query, AnyHashable(value)))
    }
}

extension Anomaly {
    /// The same anomaly without its number.
    var unnumbered: Anomaly {
        var anomaly = self
        anomaly.number = 0
        return anomaly
    }
}

/// Requires that every query returns the same about two batches.
func expect(
    _ actual: BatchContents, equals expected: BatchContents, _ context: String, fileID: StaticString = #fileID,
    line: UInt = #line
) throws {
    for (new, old) in zip(actual.answers, expected.answers) where new != old {
        throw ConformanceFailure(
            expected: "\(old.value)", actual: "\(new.value)", context: "\(context): \(old.query)", fileID: fileID,
            line: line)
    }
    try expect(
        actual.answers.map(\.query), equals: expected.answers.map(\.query), context, fileID: fileID, line: line)
}

extension BatchStorage {
    /// Requires that an operation is rejected with this code (any when nil) and leaves a batch exactly as it was.
    @discardableResult
    func expectUnchanged(
        _ batch: BatchID, _ code: LLMBatchError.Code?, _ context: String = "", fileID: StaticString = #fileID,
        line: UInt = #line, by body: () async throws -> Void
    ) async throws -> LLMBatchError {
        let before = try await BatchContents(of: batch, in: self)
        let error = try await expectRefusal(code, context, fileID: fileID, line: line, of: body)
        let after = try await BatchContents(of: batch, in: self)
        try expect(after, equals: before, "after a refusal", fileID: fileID, line: line)
        return error
    }
}
