import Foundation
import LLMBatchCore

extension StorageConformance {
    /// Provider jobs: their state is stored unchanged, and the status of the batch follows.
    static let jobs: [Case] = jobStates + jobStatuses + jobPages

    private static func full(_ phase: ProviderJobPhase) -> ProviderJobState {
        var state = ProviderJobState(phase: phase)
        state.token = "token-1"
        state.tries = 3
        state.listings = 4
        state.failures = 5
        state.intendedAt = Fixture.date(1.5)
        state.inputFileID = "file-in"
        state.remoteID = "batch_x"
        state.rawStatus = "scheduling ✓"
        state.remoteStatus = .inProgress
        state.outputFileID = "file-out"
        state.errorFileID = "file-err"
        state.cancelRequestedAt = Fixture.date(3.25)
        state.queueFull = ResultError(code: "token_limit_exceeded", message: "full")
        state.abandonment = .mayRun
        state.reported = RemoteJob.ReportedCounts(total: 9, completed: 8, failed: 1)
        state.expiresAt = Fixture.date(86_400.125)
        state.cancelRequested = true
        state.failure = ResultError(code: "too_slow", message: "it's \"late\"")
        return state
    }

    private static let jobStates =
        ProviderJobPhase.allCases.filter { $0 != .ended }.map { phase in
            Case("jobs: every field of a state is kept in phase \(phase.rawValue)") { storage in
                let drive = try await storage.driven(2)
                try await storage.saveProviderJob(drive.job(), state: full(phase), claim: drive.claim)
                try await expect(drive.onlyJob().state, equals: full(phase))
            }
        } + [
            Case("jobs: saving a state replaces the whole previous one") { storage in
                let drive = try await storage.driven(2)
                try await storage.saveProviderJob(drive.job(), state: full(.submitted), claim: drive.claim)
                try await storage.saveProviderJob(drive.job(), state: ProviderJobState(), claim: drive.claim)
                try await expect(drive.onlyJob().state, equals: ProviderJobState())
            },
            Case("jobs: the checkpoint is reset with the job at the provider, and not before") {
                storage in
                let drive = try await storage.driven(2)
                var state = full(.submitted)
                try await storage.saveProviderJob(drive.job(), state: state, claim: drive.claim)
                var progress = CollectionProgress()
                progress["output"] = .init(bytes: 100, lines: 1)
                _ = try await storage.ingest(
                    [Fixture.result(0)], progress: progress, into: drive.job(), claim: drive.claim)
                state.phase = .collecting
                try await storage.saveProviderJob(drive.job(), state: state, claim: drive.claim)
                try await expect(drive.onlyJob().state.collected, equals: progress)
                state.remoteID = "batch_y"
                try await storage.saveProviderJob(drive.job(), state: state, claim: drive.claim)
                try await expect(drive.onlyJob().state.collected, equals: CollectionProgress())
            },
            Case("jobs: saving one job keeps the others unchanged") { storage in
                let drive = try await storage.driven(4, jobs: 2)
                try await storage.saveProviderJob(drive.job(1, 2), state: full(.submitted), claim: drive.claim)
                try await expect(drive.onlyJob(1, 1).state, equals: ProviderJobState())
                try await expect(drive.onlyJob(1, 2).state, equals: full(.submitted))
            },
            Case("jobs: the end of a job keeps every field of its state") { storage in
                let drive = try await storage.driven(2)
                var state = full(.ended)
                state.endedAt = Fixture.date(77.25)
                _ = try await storage.endProviderJob(
                    drive.job(), state: state, closing: state.closing, claim: drive.claim)
                try await expect(drive.onlyJob().state, equals: state)
            },
            Case("jobs: a token belongs to one job of the storage") { storage in
                let drive = try await storage.driven(2, jobs: 2)
                let other = try await storage.driven(1)
                try await storage.saveProviderJob(drive.job(1, 1), state: full(.creating), claim: drive.claim)
                try await storage.expectUnchanged(drive.batch, nil) {
                    try await storage.saveProviderJob(drive.job(1, 2), state: full(.creating), claim: drive.claim)
                }
                try await storage.expectUnchanged(other.batch, nil) {
                    try await storage.saveProviderJob(other.job(), state: full(.creating), claim: other.claim)
                }
                try await storage.saveProviderJob(drive.job(1, 1), state: full(.submitted), claim: drive.claim)
            },
            Case("jobs: a job that does not exist cannot be saved, filled or ended") { storage in
                let drive = try await storage.driven(2)
                for job in [drive.job(1, 2), drive.job(2, 1)] {
                    try await storage.expectUnchanged(drive.batch, .notFound, "saveProviderJob") {
                        try await storage.saveProviderJob(job, state: Fixture.submitted(), claim: drive.claim)
                    }
                    try await storage.expectUnchanged(drive.batch, .notFound, "ingest") {
                        _ = try await storage.ingest([Fixture.result(0)], into: job, claim: drive.claim)
                    }
                    try await storage.expectUnchanged(drive.batch, .notFound, "recordAnomalies") {
                        try await storage.recordAnomalies([Fixture.anomaly(job)], of: job, claim: drive.claim)
                    }
                    try await storage.expectUnchanged(drive.batch, .notFound, "endProviderJob") {
                        try await drive.end(attempt: job.attempt, job: job.index)
                    }
                    try await expectRefusal(.notFound) {
                        _ = try await storage.providerJobRequests(ProviderJobRequestQuery(job: job))
                    }
                }
            },
        ]

    private static let jobStatuses = [
        Case("jobs: the status of a batch follows its job") { storage in
            let drive = try await storage.driven(2)
            for status in [BatchStatus.validating, .inProgress, .finalizing] {
                try await storage.saveProviderJob(
                    drive.job(), state: Fixture.submitted(status: status), claim: drive.claim)
                try await expect(drive.record().status, equals: status)
            }
            try await storage.saveProviderJob(
                drive.job(), state: ProviderJobState(phase: .needsAttention), claim: drive.claim)
            try await expect(drive.record().status, equals: .needsAttention)
        },
        Case("jobs: the status of a batch combines all jobs of its latest attempt") { storage in
            let drive = try await storage.driven(4, jobs: 2)
            try await storage.saveProviderJob(drive.job(1, 1), state: Fixture.submitted("b1"), claim: drive.claim)
            try await expect(drive.record().status, equals: .submitting, "one is about to be submitted")
            try await storage.saveProviderJob(
                drive.job(1, 2), state: Fixture.submitted("b2", status: .finalizing), claim: drive.claim)
            try await expect(drive.record().status, equals: .inProgress, "the least advanced")
            try await drive.end(job: 1)
            try await expect(drive.record().status, equals: .finalizing)
            try await drive.end(.expired, job: 2)
            try await expect(drive.record().status, equals: .expired)
        },
        Case("jobs: a job of an earlier attempt does not affect the status") { storage in
            let drive = try await halfAnswered(storage)
            try await drive.plan([1], attempt: 2)
            try await expect(drive.record().status, equals: .submitting)
            try await storage.saveProviderJob(drive.job(2), state: Fixture.submitted(), claim: drive.claim)
            try await expect(drive.record().status, equals: .inProgress)
        },
        Case("jobs: a list filtered by status reflects it at once") { storage in
            let drive = try await storage.driven(2)
            try await storage.saveProviderJob(drive.job(), state: Fixture.submitted(), claim: drive.claim)
            try await expect(
                storage.batches(BatchQuery(statuses: [.inProgress])).elements.map(\.id), equals: [drive.batch])
            try await expect(storage.batches(BatchQuery(statuses: [.draft])).elements.map(\.id), equals: [])
        },
    ]

    private static let jobPages = [
        Case("job requests: pages of every size have the same elements, in order") { storage in
            let drive = try await storage.driven(9, jobs: 2)
            for size in 1...6 {
                try await expect(
                    storage.allJobRequests(drive.job(1, 1), pageSize: size).map(\.position), equals: Array(0..<5))
                try await expect(
                    storage.allJobRequests(drive.job(1, 2), pageSize: size).map(\.position), equals: Array(5..<9))
            }
        },
        Case("job requests: only those without a result are open") { storage in
            let drive = try await storage.driven(7)
            try await drive.answer([0, 2, 6])
            try await drive.answer([3], .errored)
            for size in 1...4 {
                try await expect(
                    storage.allJobRequests(drive.job(), onlyOpen: true, pageSize: size).map(\.position),
                    equals: [1, 4, 5])
            }
            try await expect(
                storage.allJobRequests(drive.job()).map(\.outcome),
                equals: [.succeeded, nil, .succeeded, .errored, nil, nil, .succeeded])
        },
        Case("job requests: a page that just fits has no more; after the last it is empty") { storage in
            let drive = try await storage.driven(5)
            let exact = try await storage.providerJobRequests(ProviderJobRequestQuery(job: drive.job(), limit: 5))
            try expect(exact.hasMore, equals: false)
            for after in [4, 5, 400] {
                let none = try await storage.providerJobRequests(
                    ProviderJobRequestQuery(job: drive.job(), after: after, limit: 5))
                try expect(none.elements, equals: [], "after \(after)")
            }
        },
        Case("job requests: a page starts after its cursor, also between two of the job's requests") { storage in
            let drive = try await storage.claimed(6)
            try await drive.plan([1, 3, 5])
            for (after, rest) in [(0, [1, 3, 5]), (1, [3, 5]), (2, [3, 5]), (4, [5]), (5, [])] {
                let page = try await storage.providerJobRequests(
                    ProviderJobRequestQuery(job: drive.job(), after: after))
                try expect(page.elements.map(\.position), equals: rest, "after \(after)")
            }
        },
        Case("job requests: those of an earlier attempt are open by their own results") { storage in
            let drive = try await halfAnswered(storage)
            try await drive.plan([1, 2], attempt: 2)
            try await drive.answer([2], attempt: 2)
            try await expect(storage.allJobRequests(drive.job(1), onlyOpen: true), equals: [])
            try await expect(storage.allJobRequests(drive.job(2), onlyOpen: true).map(\.position), equals: [1])
        },
    ]
}
