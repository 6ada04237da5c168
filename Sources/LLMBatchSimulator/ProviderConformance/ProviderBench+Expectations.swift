import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderBench {
    /// Requires the given number of requests per outcome. All other requests must have succeeded.
    func expectCounts(
        _ batch: Batch, _ unsuccessful: [Outcome: Int] = [:], of requests: Int? = nil,
        fileID: StaticString = #fileID, line: UInt = #line
    ) async throws {
        let requested = requests ?? size
        var ended = unsuccessful
        ended[.succeeded] = requested - unsuccessful.values.reduce(0, +)
        try expect(
            try await batch.counts(), equals: OutcomeCounts(requested: requested, ended: ended), "counts",
            fileID: fileID, line: line)
    }

    /// Requires that every request has its own answer, except those listed with another outcome.
    func expectAnswers(
        _ batch: Batch, except others: [Int: Outcome] = [:], of requests: Int? = nil, fileID: StaticString = #fileID,
        line: UInt = #line
    ) async throws {
        let results = try await all(batch)
        try expect(results.count, equals: requests ?? size, "results", fileID: fileID, line: line)
        for (number, result) in results.enumerated() {
            let outcome = others[number] ?? .succeeded
            try expect(result.outcome, equals: outcome, "request \(number)", fileID: fileID, line: line)
            guard outcome == .succeeded else { continue }
            try expect(
                result.text ?? "nothing", equals: Self.answer(to: number), "request \(number)", fileID: fileID,
                line: line)
        }
    }

    /// Runs a batch to its end and requires that one job answered every request.
    func expectOneJob(
        options: [String: String] = [:], fileID: StaticString = #fileID, line: UInt = #line
    ) async throws {
        try await expectAnswers(try await run(options: options), fileID: fileID, line: line)
        try expectJobs(fileID: fileID, line: line)
    }

    /// Requires that the service accepted this many jobs and no request was sent twice.
    func expectJobs(_ count: Int = 1, fileID: StaticString = #fileID, line: UInt = #line) throws {
        try expect(ledger.acceptedJobs.count, equals: count, "accepted jobs", fileID: fileID, line: line)
        try expect(ledger.askedTwice, equals: [], "requests that were sent twice", fileID: fileID, line: line)
    }

    /// Requires that the batch has no anomalies.
    func expectNoAnomalies(_ batch: Batch, fileID: StaticString = #fileID, line: UInt = #line) async throws {
        let anomalies = try await anomalies(batch)
        try expect(anomalies.map(\.message), equals: [], "anomalies", fileID: fileID, line: line)
    }

    /// Requires that work on the batch stops with this error code.
    @discardableResult
    func expectStop(
        _ code: LLMBatchError.Code?, of batch: Batch, fileID: StaticString = #fileID, line: UInt = #line
    ) async throws -> LLMBatchError {
        try await expectRefusal(code, "what the run ends with", fileID: fileID, line: line) { try await batch.wait() }
    }

    func all(_ batch: Batch) async throws -> [BatchResult] {
        var results: [BatchResult] = []
        for try await result in batch.results() { results.append(result) }
        return results
    }

    func result(_ number: Int, of batch: Batch) async throws -> BatchResult {
        try require(
            try await batch.results(customIDs: [CustomID("r\(number)")]).first, "the result of request \(number)")
    }

    func anomalies(_ batch: Batch) async throws -> [Anomaly] {
        var anomalies: [Anomaly] = []
        for try await anomaly in batch.anomalies() { anomalies.append(anomaly) }
        return anomalies
    }
}
