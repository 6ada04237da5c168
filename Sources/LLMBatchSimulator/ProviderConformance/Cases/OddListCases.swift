import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Unexpected lists and clocks. An accepted job is found, and one that cannot be found is not created again until
    /// its list has been read to the end.
    static let searchingOddLists: [Case] = clocks + orders + gaps

    private static let day = 86_400

    private static func finds(
        _ what: String, if also: @escaping @Sendable (Subject) -> Bool = { _ in true },
        _ change: @escaping @Sendable (inout SimulatorScript) -> Void
    ) -> Case {
        Case("search: \(what)", if: also) { bench in
            bench.loseCreate(change)
            try await bench.expectOneJob()
        }
    }

    private static let clocks = [
        finds("a job is found when the service's clock is a day behind") { $0.clockSkew = -day },
        finds("a job is found when the service's clock is a day ahead") { $0.clockSkew = day },
        finds("a job is found when the service's clock is six minutes behind") { $0.clockSkew = -400 },
        finds("a job with our token is ours whatever its date", if: { $0.hasTokens && hasStatus($0) }) {
            $0.clockSkew = -20 * day
        },
    ]

    /// If a service reports no status, its clock decides whether a job has ended.
    private static func hasStatus(_ subject: Subject) -> Bool { subject.abilities.contains(.statusWords) }

    private static let orders =
        [("oldest first", SimulatorScript.ListOrder.oldestFirst)].map { ordered($0.0, $0.1) }
        + [1, 2, 3].map { ordered("in shuffled order (seed \($0))", .shuffled($0)) } + [
            finds("duplicate and invalid entries do not end a list") {
                $0.strangers = [10 * day, 11 * day, 12 * day]
                $0.listsRepeat = true
                $0.listsHoldOddEntries = true
            },
            finds("duplicate and invalid entries do not end a list of short pages, oldest first") {
                $0.strangers = [10 * day, 11 * day, 12 * day, 13 * day, 14 * day]
                $0.listOrder = .oldestFirst
                $0.longestPage = 2
                $0.listsRepeat = true
                $0.listsHoldOddEntries = true
            },
        ]

    private static func ordered(_ what: String, _ order: SimulatorScript.ListOrder) -> Case {
        finds("a list \(what) is read to its end") {
            $0.strangers = (1...7).map { $0 * 10 * day }
            $0.listOrder = order
            $0.longestPage = 2
        }
    }

    private static let gaps = [
        Case("search: a circular list proves nothing, and the create call is not repeated", needs: [.lists, .pages]) {
            bench in
            try await bench.run()
            bench.script {
                $0.troubles = [Trouble(.drop, on: .createBatch, calls: 2...2)]
                $0.repeatPage = true
            }
            let batch = try await bench.batch(bench.requests { "second-\($0)" })
            try await bench.expectStop(.needsAttention, of: batch)
            try expect(bench.ledger.callCount(.createBatch), equals: 2, "create calls")
            bench.script { $0.repeatPage = false }
            try await batch.reconcile()
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs(2)
        }
    ]
}
