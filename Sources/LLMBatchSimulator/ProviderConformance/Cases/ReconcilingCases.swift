import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Searching for a job whose create call got no response.
    static let reconciling: [Case] =
        searching + owners + [
            Case("search: an unknown token finds nothing") { bench in
                try await bench.run()
                let trace = ProviderJobFingerprint(
                    token: "unknown-token", inputFileID: "unknown-file", since: .now.addingTimeInterval(-60),
                    requests: bench.size + 1, idPrefix: "unknown")
                let jobs = try await bench.batchProvider().jobs(matching: trace)
                try expect(jobs.map(\.id), equals: [], "jobs")
            },
            Case("search: each of many jobs is found by its token", needs: [.lists], if: \.hasTokens) { bench in
                var batches: [Batch] = []
                for _ in 0..<12 { batches.append(try await bench.run()) }
                let provider = try bench.batchProvider()
                for batch in batches {
                    let state = try require(try await batch.providerJobs().first, "a provider job").state
                    let trace = ProviderJobFingerprint(
                        token: state.token ?? "", inputFileID: state.inputFileID,
                        since: state.intendedAt ?? .distantPast, requests: bench.size, idPrefix: "llmb")
                    let found = try await provider.jobs(matching: trace)
                    try expect(found.map(\.id), equals: [state.remoteID ?? ""], "the jobs of a token")
                    try expect(found.first?.evidence, equals: .proof, "the evidence")
                }
            },
        ]

    private static let searching = [
        Case(
            "search: an unlisted job is not created twice if the service creates one job per token",
            if: { $0.described.recovery == .idempotent }
        ) { bench in
            bench.loseCreate { $0.listLag = 1000 }
            try await bench.expectOneJob()
        },
        Case(
            "search: a job is found when our clock is an hour ahead",
            if: { $0.hasTokens || $0.described.recovery == .input }
        ) { bench in
            bench.loseCreate()
            var clock = RunnerClock.system
            let now = clock.now
            clock.now = { now() + 3600 }
            let batch = try await bench.batch()
            try await batch.on(clock).wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case("search: a list that lags behind is read again") { bench in
            bench.loseCreate { $0.listLag = 2 }
            try await bench.expectOneJob()
        },
        Case("search: reading a list that repeats its page forever ends") { bench in
            bench.loseCreate { $0.repeatPage = true }
            try await bench.expectOneJob()
        },
        Case("search: a list that fails for a while is read again") { bench in
            bench.loseCreate {
                $0.troubles += [
                    Trouble(refusal(503, "busy"), on: .listBatches), Trouble(.drop, on: .listBatches, calls: 2...2),
                    Trouble(.respond(status: 200, body: "<html>"), on: .listBatches, calls: 3...3),
                ]
            }
            try await bench.expectOneJob()
        },
        Case("search: another job of the same time and size is not mistaken for ours") { bench in
            let first = try await bench.run()
            bench.script { $0.troubles = [Trouble(.actThenDrop, on: .createBatch, calls: 2...2)] }
            let second = try await bench.run(bench.requests { "second-\($0)" })
            try await bench.expectAnswers(first)
            try await bench.expectAnswers(second)
            try bench.expectJobs(2)
            let ids = [try await first.providerJobs(), try await second.providerJobs()].flatMap { $0 }.compactMap(
                \.state.remoteID)
            try expect(ids, equals: bench.ledger.acceptedJobs.map(\.batchID), "the jobs of the two batches")
        },
        Case("search: another job is not mistaken for one that was never accepted") { bench in
            try await bench.run()
            bench.script { $0.troubles = [Trouble(.drop, on: .createBatch, calls: 2...2)] }
            let second = try await bench.run(bench.requests { "second-\($0)" })
            try await bench.expectAnswers(second)
            try bench.expectJobs(2)
        },
    ]

    private static let owners = [
        Case(
            "search: an owner cannot adopt another batch's job by mistake", needs: [.lists],
            if: { $0.hasTokens || $0.described.recovery == .input }
        ) { bench in
            let first = try await bench.run()
            bench.script {
                $0.troubles = [
                    Trouble(.actThenDrop, on: .createBatch, calls: 2...2),
                    Trouble(refusal(404, "no list"), on: .listBatches, calls: 1...),
                ]
            }
            let batch = try await bench.batch(bench.requests { "second-\($0)" })
            try await bench.expectStop(.needsAttention, of: batch)
            let other = try require(try await first.providerJobs().first?.state.remoteID, "the other job")
            try await expectRefusal(.wrongState, "taking it") { try await batch.adopt(other) }
            try await batch.adopt(try require(bench.ledger.acceptedJobs.last, "a job").batchID)
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs(2)
        },
        Case("search: an owner can adopt a job by its id", needs: [.lists]) { bench in
            bench.script {
                $0.troubles = [
                    Trouble(.actThenDrop, on: .createBatch),
                    Trouble(refusal(404, "no list"), on: .listBatches, calls: 1...),
                ]
            }
            let batch = try await bench.batch()
            try await bench.expectStop(.needsAttention, of: batch)
            try await batch.adopt(try require(bench.ledger.acceptedJobs.first, "a job").batchID)
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case("search: an owner can resubmit", needs: [.lists]) { bench in
            bench.script {
                $0.troubles = [
                    Trouble(.drop, on: .createBatch), Trouble(refusal(404, "no list"), on: .listBatches, calls: 1...),
                ]
            }
            let batch = try await bench.batch()
            try await bench.expectStop(.needsAttention, of: batch)
            try await batch.resubmit()
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
    ]
}
