import Crypto
import Foundation
import GRDB
import LLMBatchCore

import LLMBatchSQLite

extension SQLiteStorage {
    /// The number that a statement gives.
    func number(_ sql: String) async throws -> Int? {
        try await read { try Int.fetchOne($0, sql: sql) }
    }

    /// A sealed batch of so many requests, `r0`, `r1` …
    func smallBatch(_ count: Int = 3, name: String? = nil) async throws -> BatchID {
        let id = BatchID.random()
        try await beginBatch(
            NewBatch(
                id: id, name: name, endpoint: .chatCompletions, metadata: [:],
                provider: ProviderSettings(name: "openai"),
                createdAt: Date()))
        let requests = (0..<count).map(Self.request)
        try await appendRequests(requests, to: id)
        var hash = SHA256()
        for request in requests {
            hash.update(data: request.request.line)
            hash.update(data: [0x0A])
        }
        return try await sealBatch(id, contentSHA256: Array(hash.finalize())).id
    }

    private static func request(_ position: Int) -> NewRequest {
        let id = CustomID("r\(position)")
        return NewRequest(
            position: position, sourceLine: position + 1,
            request: BatchRequest(
                customID: id, endpoint: .chatCompletions, model: nil,
                line: Array(#"{"custom_id":"\#(id)","n":1}"#.utf8)))
    }

    func hold(_ batch: BatchID, runner: String = "a") async throws -> Claim {
        let owner = ClaimOwner(host: "elsewhere.example", process: 1, runner: runner)
        return try await claim(batch, for: owner, until: Date().addingTimeInterval(600), now: Date())
    }

    /// Seals an attempt at these requests in one job.
    func plan(_ positions: [Int], attempt: Int, claim: Claim) async throws {
        try await beginAttempt(
            Attempt(
                number: attempt, parent: attempt > 1 ? attempt - 1 : nil, outcomes: nil,
                provider: ProviderSettings(name: "openai", model: "m"), account: nil, createdAt: Date()), claim: claim)
        try await assign(positions.map { ProviderJobAssignment(position: $0, job: 1) }, attempt: attempt, claim: claim)
        let input = ProviderJobDigest(requests: positions.count, bytes: 1, sha256: [2])
        try await sealAttempt(attempt, jobs: [1: input], claim: claim)
    }

    func answer(_ positions: [Int], _ outcome: Outcome, _ job: ProviderJobID, claim: Claim) async throws {
        let results = positions.map { position in
            IncomingResult(
                customID: CustomID("r\(position)"), outcome: outcome, statusCode: 200,
                line: Array(#"{"answer":1}"#.utf8),
                source: ResultSource(file: "output", line: position + 1))
        }
        _ = try await ingest(results, into: job, claim: claim)
    }

    func end(_ job: ProviderJobID, claim: Claim) async throws {
        var state = ProviderJobState(phase: .ended)
        state.remoteStatus = .completed
        state.endedAt = Date()
        _ = try await endProviderJob(job, state: state, closing: state.closing, claim: claim)
    }

    /// A batch of eight with an ended attempt, a retry that is at work, and an anomaly.
    func lifeOfABatch() async throws -> BatchID {
        let id = try await smallBatch(8, name: "life")
        let claim = try await hold(id)
        try await plan(Array(0..<8), attempt: 1, claim: claim)
        let first = ProviderJobID(batch: id, attempt: 1, index: 1)
        try await answer([0, 1, 2, 3], .succeeded, first, claim: claim)
        try await answer([4, 5, 99], .errored, first, claim: claim)
        try await end(first, claim: claim)
        try await plan([4, 6], attempt: 2, claim: claim)
        try await answer([4], .succeeded, ProviderJobID(batch: id, attempt: 2, index: 1), claim: claim)
        return id
    }
}
