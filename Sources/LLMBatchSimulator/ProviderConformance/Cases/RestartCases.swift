import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Whenever a process stops, another one resumes its batch.
    static let restarting: [Case] = [
        Case("restart: another process resumes where the first stopped") { bench in
            let batch = try await bench.batch()
            try await batch.start()
            let other = try await Batch.load(batch.id, storage: bench.storage, provider: try bench.provider())
            try await other.start()
            try await other.wait()
            try await bench.expectAnswers(other)
            try bench.expectJobs()
        },
        Case("restart: two processes that start a batch at once create one job") { bench in
            let batch = try await bench.batch()
            let other = try await Batch.load(batch.id, storage: bench.storage, provider: try bench.provider())
            async let first: Void? = try? batch.start()
            async let second: Void? = try? other.start()
            _ = await (first, second)
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        unsaved("the record of the job is lost", .saveProviderJob, 1...6, acted: false),
        unsaved(
            "the record of the job is written, but the write reports an error", .saveProviderJob, 1...6, acted: true),
        unsaved("results are lost", .ingest, 1...2, acted: false),
        unsaved("results are stored, but the write reports an error", .ingest, 1...2, acted: true),
        unsaved("the record of the end is lost", .endProviderJob, 1...1, acted: false),
        unsaved(
            "the record of the end is written, but the write reports an error", .endProviderJob, 1...1, acted: true),
        Case("restart: a running batch resumes after a long outage") { bench in
            bench.script { $0.troubles = [Trouble(.drop, on: .getBatch, calls: 1...100)] }
            let batch = try await bench.batch()
            try await bench.expectStop(.providerUnavailable, of: batch)
            bench.script { $0.troubles = [] }
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
    ]

    /// Whichever call of an operation is lost, the next run completes the batch, and only one job is accepted.
    private static func unsaved(
        _ what: String, _ operation: StorageOperation, _ calls: ClosedRange<Int>, acted: Bool
    ) -> Case {
        Case("restart: \(what), and one job is accepted") { bench in
            let gone = LLMBatchError(.storageUnavailable, "the process is gone")
            for call in calls {
                let accepted = bench.ledger.acceptedJobs.count
                let inner = MemoryStorage()
                let faulty = FaultyStorage(
                    wrapping: inner, plan: [.on(operation, call..., acted ? .failAfter(gone) : .failBefore(gone))])
                let batch = try await bench.batch(in: faulty)
                _ = try? await batch.wait()
                let next = try await Batch.load(batch.id, storage: inner, provider: try bench.provider())
                try await next.wait()
                try await bench.expectAnswers(next)
                try await bench.expectNoAnomalies(next)
                try expect(
                    bench.ledger.acceptedJobs.count, equals: accepted + 1, "accepted jobs, at \(operation) \(call)")
            }
        }
    }
}
