import LLMBatchTesting
import Foundation
import LLMBatchCore

extension ProviderConformance {
    /// Unexpected lists and clocks. An accepted job is found, and one that cannot be found is not created again until
    /// its list has been read to the end.
    static let searchingOddLists: [Case] = clocks + orders + gaps

    private static let day = 86_400

    private static func lostCreate(_ change: @escaping @Sendable (inout SimulatorScript) -> Void)
        -> @Sendable (inout SimulatorScript, Int) -> Void
    {
        { script, _ in
            script.troubles = [Trouble(.actThenDrop, on: .createBatch)]
            change(&script)
        }
    }

    private static func finds(
        _ what: String, if also: @escaping @Sendable (Subject) -> Bool = { _ in true },
        _ change: @escaping @Sendable (inout SimulatorScript) -> Void
    ) -> Case {
        Case("search: \(what)", if: also, script: lostCreate(change)) { bench in
            try await bench.expectAnswers(try await bench.run())
            try bench.expectJobs()
        }
    }

    private static let clocks = [
        finds("a job is found by a service whose clock is a day behind") { $0.clockSkew = -day },
        finds("a job is found by a service whose clock is a day ahead") { $0.clockSkew = day },
        finds("a job is found by a service whose clock is six minutes behind") { $0.clockSkew = -400 },
        finds("a job that carries our token is ours whatever its date", if: { hasTokens($0) && hasStatus($0) }) {
            $0.clockSkew = -20 * day
        },
    ]

    /// If a service reports no status, its clock decides whether a job has ended.
    private static func hasStatus(_ subject: Subject) -> Bool { subject.abilities.contains(.statusWords) }

    private static func hasTokens(_ subject: Subject) -> Bool {
        [.token, .idempotent].contains(subject.described.recovery)
    }

    private static let orders =
        [("oldest first", SimulatorScript.ListOrder.oldestFirst)].map { ordered($0.0, $0.1) }
        + [1, 2, 3].map { ordered("in an order by chance (\($0))", .shuffled($0)) } + [
            finds("an entry that comes again, and one that is none, end no list") {
                $0.strangers = [10 * day, 11 * day, 12 * day]
                $0.listsRepeat = true
                $0.listsHoldOddEntries = true
            },
            finds("the same in a list of short pages, oldest first") {
                $0.strangers = [10 * day, 11 * day, 12 * day, 13 * day, 14 * day]
                $0.listOrder = .oldestFirst
                $0.longestPage = 2
                $0.listsRepeat = true
                $0.listsHoldOddEntries = true
            },
        ]

    private static func ordered(_ what: String, _ order: SimulatorScript.ListOrder) -> Case {
        finds("a list that comes \(what) is read to its end") {
            $0.strangers = (1...7).map { $0 * 10 * day }
            $0.listOrder = order
            $0.longestPage = 2
        }
    }

    private static let gaps = [
        Case(
            "search: a list that leads in a circle proves nothing, and nothing is made again", needs: [.lists, .pages]
        ) {
            bench in
            try await bench.run()
            bench.simulator.updateScript {
                $0.troubles = [Trouble(.drop, on: .createBatch, calls: 2...2)]
                $0.repeatPage = true
            }
            let batch = try await bench.batch(bench.requests { "second-\($0)" })
            try await bench.expectStop(.needsAttention, of: batch)
            try expect(bench.ledger.callCount(.createBatch), equals: 2, "create calls")
            bench.simulator.updateScript { $0.repeatPage = false }
            try await batch.reconcile()
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs(2)
        }
    ]
}
