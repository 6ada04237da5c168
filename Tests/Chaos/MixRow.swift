import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Workbench

/// Random mixes of the troubles that submissions and polls meet (S2, S6–S8, S10, S11, L1), and of clocks and lists that are
/// not as one expects them: one paid job, all answered.
enum MixRow {
    static func run(_ times: Int, _ seed: UInt64) async throws -> String {
        var jobs = 0
        for number in 0..<times {
            var dice = Dice(seed: seed &+ UInt64(number))
            do { jobs += try await once(&dice) } catch {
                throw Broken("mix with --seed \(seed &+ UInt64(number)) --count 1: \(error)")
            }
        }
        return "\(times) mixes, \(jobs) accepted jobs, each request answered once"
    }

    private static func once(_ dice: inout Dice) async throws -> Int {
        var generator = dice
        defer { dice = generator }
        let limited = generator.roll(0...9) == 0 ? generator.roll(1...2) : 0
        let script = script(&generator, limited: limited)
        var accepted = 0
        try await withBench(script) { bench, simulator in
            let count = generator.roll(1...12)
            let batch = try await Batch.create(
                Workbench.requests(count), provider: try Workbench.openAI(simulator, options: ["timeout": "0.25"]),
                storage: bench.storage)
            // A run may stop (a provider that stays away is not waited for without end); each later one goes on.
            for round in 1...12 {
                do { try await batch.wait(); break } catch {
                    if round == 12 { throw error }
                    try await decide(batch, error, simulator)
                }
            }
            try await Invariants.atTheEnd(batch, count, jobs: 1...(1 + limited), simulator)
            try Invariants.require(simulator.ledger.askedTwice.isEmpty, "asked twice: \(simulator.ledger.askedTwice)")
            accepted = simulator.ledger.acceptedJobs.count
        }
        return accepted
    }

    /// What the owner of a batch does who looks at the provider's list himself: a list that leads in a circle proves nothing.
    private static func decide(_ batch: Batch, _ error: any Error, _ simulator: ProviderSimulator) async throws {
        guard (error as? LLMBatchError)?.code == .needsAttention else { return }
        let state = try await batch.providerJobs().last?.state
        guard state?.failure?.code == "cannot_reconcile" else { return }
        let own = simulator.ledger.acceptedJobs.last { $0.metadata["llmbatch_token"] == state?.token }
        guard let own else { return try await batch.resubmit() }
        // A job can be unknown to its provider for a moment after it was made; its owner tries again, in the next round.
        do { try await batch.adopt(own.batchID) } catch is LLMBatchError {}
    }

    private static func script(_ dice: inout Dice, limited: Int) -> SimulatorScript {
        var script = SimulatorScript()
        script.statuses = [
            "validating", ["in_progress", "scheduling", "in_progress"].randomElement(using: &dice) ?? "", "completed",
        ]
        script.tokenLimitedCreates = limited
        if dice.roll(0...2) == 0 { script.listLag = dice.roll(0...2) }
        if dice.roll(0...5) == 0 { script.repeatPage = true }
        oddities(&script, &dice)
        if dice.roll(0...5) == 0 { script.fileRace = 1 }
        if dice.roll(0...5) == 0 { script.getRace = dice.roll(1...3) }
        if dice.roll(0...3) == 0 { script.lateFiles = dice.roll(1...3) }
        for _ in 0..<dice.roll(0...4) {
            let route =
                [
                    SimulatorRoute.uploadFile, .createBatch, .createBatch, .getBatch, .listBatches, .listFiles,
                    .fileContent,
                ]
                .randomElement(using: &dice) ?? .getBatch
            let first = dice.roll(1...3)
            script.troubles.append(Trouble(kind(&dice), on: route, calls: first...(first + dice.roll(0...1))))
        }
        return script
    }

    /// Clocks up to a day apart, lists in any order with repeated and malformed entries, counters that lie, and a list of
    /// files that is refused for good.
    private static func oddities(_ script: inout SimulatorScript, _ dice: inout Dice) {
        if dice.roll(0...2) == 0 { script.clockSkew = dice.roll(-86_400...86_400) }
        if dice.roll(0...1) == 0 {
            script.listOrder =
                [.oldestFirst, .shuffled(dice.next()), .newestFirst].randomElement(using: &dice) ?? .newestFirst
            script.strangers = (0..<dice.roll(0...5)).map { _ in dice.roll(0...(30 * 86_400)) }
            script.longestPage = dice.roll(0...2) == 0 ? nil : dice.roll(1...3)
        }
        if dice.roll(0...3) == 0 { script.shapeFiles = lie(&dice) }
        if dice.roll(0...2) == 0 { script.listsRepeat = true }
        if dice.roll(0...2) == 0 { script.listsHoldOddEntries = true }
        if dice.roll(0...3) == 0 {
            let status = [400, 404, 405, 500, 501].randomElement(using: &dice) ?? 400
            script.troubles.append(
                Trouble(.respond(status: status, headers: [:], body: "no"), on: .listFiles, calls: 1...))
        }
    }

    /// Counters that are missing, impossible, or less than what the files hold: evidence of nothing.
    private static func lie(_ dice: inout Dice) -> @Sendable (inout SimulatedFiles) -> Void {
        let number = dice.roll(0...6)
        return { files in files.counts = counts(number, of: files.counts?.total ?? 0) }
    }

    private static func counts(_ lie: Int, of total: Int) -> SimulatedCounts? {
        switch lie {
        case 0: SimulatedCounts(total: 0, completed: 0, failed: 0)
        case 1: SimulatedCounts(total: total, completed: -1, failed: 0)
        case 2: SimulatedCounts(total: total, completed: total + 1, failed: 0)
        case 3: SimulatedCounts(total: .max, completed: .max, failed: .max)
        case 4: SimulatedCounts(total: total, completed: total / 2, failed: 0)
        case 5: SimulatedCounts(total: total * 2, completed: 0, failed: total)
        default: nil
        }
    }

    private static func kind(_ dice: inout Dice) -> Trouble.Kind {
        let kinds: [Trouble.Kind] = [
            .drop, .actThenDrop, .actThenHang, .hang, .truncate(afterBytes: dice.roll(1...400)),
            .shorten(toBytes: dice.roll(0...400)),
            .delay(.milliseconds(20)),
            .respond(status: 500, headers: [:], body: "oops"),
            .respond(status: 503, headers: ["retry-after-ms": "5"], body: "busy"),
            .respond(
                status: 429, headers: ["retry-after-ms": "5"],
                body: #"{"error":{"code":"rate_limit_exceeded","message":"slow"}}"#),
            .actThenRespond(status: 502, headers: [:], body: "<html>bad gateway</html>"),
            .actThenRespond(status: 200, headers: [:], body: "{unreadable"),
        ]
        return kinds.randomElement(using: &dice) ?? .drop
    }
}
