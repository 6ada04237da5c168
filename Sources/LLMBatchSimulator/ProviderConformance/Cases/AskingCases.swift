import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Single calls to a provider, outside a batch.
    static let asking: [Case] = [
        Case("description: it is complete") { bench in
            let described = bench.subject.described
            try expect(described.kind, equals: .batch, "the kind")
            try expect(!described.title.isEmpty && !described.name.isEmpty, "a name and a title")
            try expect(described.limits?.endpoints.isEmpty == false, "endpoints")
            for option in ["poll-interval", "timeout", "requests-per-job", "bytes-per-job"] {
                try expect(described.options[option] != nil, "the option \(option)")
            }
        },
        Case("description: an unknown option is rejected") { bench in
            try await expectRefusal(.invalidConfiguration) {
                _ = try bench.provider(options: ["unheard-of-option": "1"])
            }
        },
        Case("description: an invalid option value is rejected") { bench in
            try await expectRefusal(.invalidConfiguration) { _ = try bench.provider(options: ["timeout": "soon"]) }
        },
        Case("account: it names the provider and the service") { bench in
            let account = try bench.provider().account
            try expect(account.provider, equals: bench.subject.described.name, "the provider")
            try expect(account.baseURL?.hasPrefix(bench.simulator.origin) == true, "the address: \(account)")
        },
        Case("job: an accepted job has an id, a status word and a status") { bench in
            bench.script { $0.holdAt = "in_progress" }
            let batch = try await bench.batch()
            try await batch.start()
            let id = try require(bench.ledger.acceptedJobs.first, "a job").batchID
            let job = try await bench.batchProvider().job(id)
            try expect(job.id, equals: id, "the id")
            try expect(!job.rawStatus.isEmpty, "a word")
            try expect(!job.status.isFinal, "a running status: \(job.status)")
        },
        Case("job: its creation time is reported and is current") { bench in
            let batch = try await bench.run()
            let id = try require(try await batch.providerJobs().first?.state.remoteID, "an id")
            let made = try require(try await bench.batchProvider().job(id).createdAt, "a time")
            try expect(abs(made.timeIntervalSinceNow) < 600, "a time of now: \(made)")
        },
        Case("job: the counts of a completed job match its lines", needs: [.counts]) { bench in
            let batch = try await bench.run()
            let id = try require(try await batch.providerJobs().first?.state.remoteID, "an id")
            let counts = try require(try await bench.batchProvider().job(id).reported, "counts")
            try expect(
                counts, equals: .init(total: bench.size, completed: bench.size, failed: 0), "counts")
        },
    ]
}
