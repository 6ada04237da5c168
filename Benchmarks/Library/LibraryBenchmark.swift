import ArgumentParser
import Foundation
import LLMBatch

/// Measures calls of the library against a store, and prints one JSON object: `Scripts/bench` compares the figures with
/// those of a bare prepared statement on the same file.
@main
struct LibraryBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure look-ups and small batches, as one JSON object of microseconds.",
        subcommands: [LookUps.self, SmallBatches.self])
}

/// Look-ups in the newest batch of a store, whose custom ids are `request-0`, `request-1` and so on.
struct LookUps: AsyncParsableCommand {
    @Argument(help: "A store.") var path: String
    @Option(help: "How often each call is made.") var times = 2000
    @Option(help: "How many ids one call asks for.") var many = 25_000

    func run() async throws {
        let storage = try SQLiteStorage(existing: path)
        guard let newest = try await storage.batches(BatchQuery(limit: 1)).elements.first else {
            throw ValidationError("\(path) has no batch.")
        }
        let batch = try await Batch.load(newest.id, storage: storage)
        let count = newest.counts.requested
        var random = SplitMix(state: 5)
        func id() -> CustomID { CustomID("request-\(Int(random.next() % UInt64(count)))") }
        var figures: [String: Double] = [:]
        figures["request_by_id"] = try await median(times) {
            guard try await batch.requests(customIDs: [id()]).count == 1 else {
                throw ValidationError("No such request.")
            }
        }
        figures["result_by_id"] = try await median(times) { _ = try await batch.results(customIDs: [id()]) }
        figures["history_by_id"] = try await median(times) { _ = try await batch.history(customIDs: [id()]) }
        figures["load"] = try await median(200) { _ = try await Batch.load(newest.id, storage: storage) }
        figures["record"] = try await median(200) { _ = try await batch.record() }
        let ids = (0..<min(many, count)).map { CustomID("request-\($0 * count / min(many, count))") }
        figures["many_ids"] = try await median(3) {
            guard try await batch.requests(customIDs: ids).count == ids.count else {
                throw ValidationError("Not every request was found.")
            }
        }
        figures["unsuccessful"] = try await median(3) {
            for try await _ in batch.unsuccessfulRequests() {}
        }
        try Figures.print(figures)
    }
}

/// Small batches made one after another.
struct SmallBatches: AsyncParsableCommand {
    @Argument(help: "A store, which is created.") var path: String
    @Option(help: "How many batches.") var batches = 1000
    @Option(help: "How many requests in each.") var requests = 10

    func run() async throws {
        let storage = try SQLiteStorage(path: path)
        let provider = try Provider.offline()
        var figures: [String: Double] = [:]
        var number = 0
        figures["create"] = try await median(batches) {
            number += 1
            let texts = (0..<requests).map { "text \($0) of batch \(number)" }
            _ = try await Batch.create(
                .texts(texts, parameters: ["model": "m"]), provider: provider, storage: storage)
        }
        try Figures.print(figures)
    }
}

/// The median time of a call, in microseconds.
private func median(_ times: Int, _ call: () async throws -> Void) async throws -> Double {
    var durations: [Duration] = []
    for _ in 0..<times {
        let start = ContinuousClock.now
        try await call()
        durations.append(ContinuousClock.now - start)
    }
    durations.sort()
    return durations[durations.count / 2] / .microseconds(1)
}

private enum Figures {
    static func print(_ figures: [String: Double]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        Swift.print(String(decoding: try encoder.encode(figures), as: UTF8.self))
    }
}

/// A small random generator with a fixed seed, so that every run asks for the same ids.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
