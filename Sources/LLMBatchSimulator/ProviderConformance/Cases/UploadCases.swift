import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// An upload starts nothing and costs nothing, so a failed search for an earlier upload never blocks a batch.
    static let uploading: [Case] = [400, 403, 404, 405, 500, 501].flatMap(refusedLists) + keys

    private static func refusedLists(_ status: Int) -> [Case] {
        [
            Case(
                "upload: a failed upload is repeated if file look-ups return \(status)",
                needs: [.uploads, .findsUploads]
            ) { bench in
                bench.refuseLookUps(status, besides: [Trouble(refusal(503, "busy"), on: .uploadFile)])
                try await bench.expectOneJob()
            },
            Case(
                "upload: a crash during an upload is recovered from if file look-ups return \(status)",
                needs: [.uploads, .findsUploads]
            ) { bench in
                bench.refuseLookUps(status)
                let gone = LLMBatchError(.storageUnavailable, "the process is gone")
                let inner = MemoryStorage()
                let faulty = FaultyStorage(wrapping: inner, plan: [.on(.saveProviderJob, 2..., .failBefore(gone))])
                let batch = try await bench.batch(in: faulty)
                try await bench.expectStop(.storageUnavailable, of: batch)
                let next = try await Batch.load(batch.id, storage: inner, provider: try bench.provider())
                try expect(try await next.providerJobs().first?.state.phase, equals: .uploading, "the phase")
                try await next.wait()
                try await bench.expectAnswers(next)
                try bench.expectJobs()
            },
        ]
    }

    private static let keys = [
        wrongKey("upload", on: .uploadFile, needs: [.uploads, .findsUploads]), wrongKey("create", on: .createBatch),
    ]

    private static func wrongKey(_ what: String, on route: SimulatorRoute, needs: Set<Ability> = []) -> Case {
        Case("\(what): a key rejected with 400 stops the run and fails no request", needs: needs) { bench in
            bench.script {
                $0.troubles = [Trouble(refusal(400, "Invalid API key provided"), on: route, calls: 1...)]
            }
            let batch = try await bench.batch()
            try await bench.expectStop(.keyRefused, of: batch)
            try expect(try await batch.counts().open, equals: bench.size, "open requests")
            bench.script { $0.troubles = [] }
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        }
    }
}

extension ProviderBench {
    /// Answers every search for a file with this status, in lists and by name.
    fileprivate func refuseLookUps(_ status: Int, besides others: [Trouble] = []) {
        let isByName = ["bedrock", "vertex-ai"].contains(simulator.kind.name)
        let refusal = ProviderConformance.refusal(status, "limit must be between 1 and 10")
        simulator.updateScript {
            $0.troubles = others + [Trouble(refusal, on: isByName ? .getFile : .listFiles, calls: 1...)]
        }
    }
}
