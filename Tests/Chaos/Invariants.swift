import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Workbench

/// What must hold whatever happened.
enum Invariants {
    /// Throws unless `condition` holds.
    static func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw Broken(what()) }
    }

    /// At any moment: the file is whole, and the provider has accepted each token at most once.
    static func atAnyMoment(_ path: String, _ simulator: ProviderSimulator) async throws {
        if FileManager.default.fileExists(atPath: path) {
            let storage = try SQLiteStorage(path: path)
            try await storage.checkIntegrity()
        }
        let tokens = simulator.ledger.acceptedJobs.compactMap { $0.metadata["llmbatch_token"] }
        try require(Set(tokens).count == tokens.count, "a token was accepted twice: \(tokens)")
    }

    /// After the end: every request succeeded, counts add up, each accepted job is one that the store knows.
    static func atTheEnd(_ batch: Batch, _ count: Int, jobs accepted: ClosedRange<Int>, _ simulator: ProviderSimulator)
        async throws
    {
        let record = try await batch.record()
        for try await result in batch.results(.unsuccessful) {
            throw Broken(
                "\(record.counts) of \(count), for example \(result.customID): \(String(describing: result.error))")
        }
        try require(record.counts[.succeeded] == count, "\(record.counts) of \(count)")
        try require(record.status == .completed, "status \(record.status)")
        let jobs = simulator.ledger.acceptedJobs.filter { $0.metadata["llmbatch_batch"] == batch.id.rawValue }
        try require(accepted.contains(jobs.count), "\(jobs.count) accepted jobs for one batch")
        let own = try await batch.providerJobs()
        try require(own.allSatisfy { $0.counts.open == 0 }, "an ended job has open requests")
        // A job that the provider itself ended for want of room is given up, and another takes its place.
        let living = await simulator.jobs.filter { held in
            held.status != "failed" && jobs.contains { $0.batchID == held.id }
        }
        let (there, known) = (living.map(\.id), own.compactMap(\.state.remoteID))
        try require(there.sorted() == known.sorted(), "accepted \(there), but the store knows \(known)")
    }

    /// How many results are stored: what was acknowledged must never become less.
    static func stored(_ path: String) async throws -> Int {
        guard FileManager.default.fileExists(atPath: path) else { return 0 }
        let storage = try SQLiteStorage(path: path)
        return try await storage.batches(BatchQuery(limit: 1000)).elements.reduce(0) { $0 + $1.counts.finished }
    }
}
