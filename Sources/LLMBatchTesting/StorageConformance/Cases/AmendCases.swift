import LLMBatchCore

extension StorageConformance {
    /// Results that arrive after their job has ended. They replace outcomes without an answer, and nothing else.
    static let amending: [Case] =
        completing + [
            Case("amending: counts of job and batch, current answers and the order of lines follow at once") {
                storage in
                let drive = try await storage.driven(5)
                try await drive.answer([0])
                try await drive.end(at: 70)
                let report = try await drive.amend([3, 1])
                try expect(report.stored, equals: 2)
                let counts = OutcomeCounts(requested: 5, ended: [.succeeded: 3, .missing: 2])
                try await expect(drive.onlyJob().counts, equals: counts)
                try await expect(storage.providerJob(drive.job()).counts, equals: counts)
                let record = try await drive.record()
                try expect(record.counts, equals: counts)
                try expect(record.status, equals: .completed)
                try expect(record.finishedAt, equals: Fixture.date(70))
                try await expect(
                    storage.allResults(drive.batch).map(\.outcome),
                    equals: [.succeeded, .succeeded, .missing, .succeeded, .missing])
                try await expect(
                    storage.allRequests(drive.batch, .outcomes([.missing])).map(\.position), equals: [2, 4])
                let late = try require(try await storage.results(of: drive.batch, customIDs: ["r3"]).first, "r3")
                try expect(late.line, equals: Fixture.result(3, text: "late").line)
                try expect(late.usage, equals: TokenUsage(input: 13, output: 20))
            },
            Case("amending: the same results again change nothing") { storage in
                let drive = try await storage.driven(3)
                try await drive.end()
                try await drive.amend([0, 2])
                let before = try await storage.allResults(drive.batch)
                let report = try await drive.amend([0, 2])
                try expect(report.stored, equals: 0)
                try expect(report.repeated, equals: 2)
                try await expect(storage.allResults(drive.batch), equals: before)
                try await expect(drive.record().anomalies, equals: 0)
            },
            Case("amending: ids that the job does not have are ignored") { storage in
                let drive = try await storage.driven(4, jobs: 2)
                try await drive.end(job: 1)
                try await drive.end(job: 2)
                let report = try await drive.amend([2, 9], job: 1)
                try expect(report.stored, equals: 0)
                try await expect(
                    drive.record().counts, equals: OutcomeCounts(requested: 4, ended: [.missing: 4]))
                try await expect(drive.record().anomalies, equals: 0)
            },
            Case("amending: a job that has not ended is refused") { storage in
                let drive = try await storage.driven(4, jobs: 2)
                try await drive.end(job: 1)
                try await storage.expectUnchanged(drive.batch, .wrongState) { try await drive.amend([2], job: 2) }
            },
            Case("amending: a stale claim is refused") { storage in
                let drive = try await storage.driven(2)
                try await drive.end()
                _ = try await storage.hold(drive.batch, "a")
                try await storage.expectUnchanged(drive.batch, .heldElsewhere) { try await drive.amend([0]) }
            },
            Case("amending: an answer of a later attempt stays the current answer") { storage in
                let drive = try await storage.driven(3)
                try await drive.end()
                try await drive.plan([0, 1, 2], attempt: 2)
                try await drive.answer([0], attempt: 2)
                try await drive.answer([1], .errored, attempt: 2)
                try await drive.amend([0, 1, 2])
                try await expect(drive.record().counts.open, equals: 1)
                try await drive.end(attempt: 2, at: 200)
                let current = try await storage.allResults(drive.batch)
                // The latest success, in whichever order they were read.
                try expect(current.map(\.job.attempt), equals: [2, 1, 1])
                try expect(current.map(\.outcome), equals: [.succeeded, .succeeded, .succeeded])
                try await expect(drive.record().counts, equals: OutcomeCounts(requested: 3, ended: [.succeeded: 3]))
            },
            Case("amending: a batch under retry stays open") { storage in
                let drive = try await storage.driven(2)
                try await drive.end()
                try await drive.plan([0, 1], attempt: 2)
                try await drive.amend([0, 1])
                let record = try await drive.record()
                try expect(record.counts.open, equals: 2)
                try expect(record.finishedAt, equals: nil)
            },
            Case("amending: saving an ended job updates its state") { storage in
                let drive = try await storage.driven(2)
                try await drive.end(.cancelled, at: 30)
                var state = try await storage.providerJob(drive.job()).state
                state.remoteStatus = .completed
                state.outputFileID = "late"
                try await storage.saveProviderJob(drive.job(), state: state, claim: drive.claim)
                let record = try await drive.record()
                try expect(record.status, equals: .completed)
                try expect(record.finishedAt, equals: Fixture.date(30))
                try expect(record.counts, equals: OutcomeCounts(requested: 2, ended: [.cancelled: 2]))
                try await expect(storage.providerJob(drive.job()).state.outputFileID, equals: "late")
            },
            Case("ingesting: a readable line replaces an unreadable one") { storage in
                let drive = try await storage.driven(2)
                let damaged = Fixture.unreadable(0)
                try await expect(drive.ingest([damaged]).stored, equals: 1)
                try await expect(drive.ingest([damaged]).repeated, equals: 1)
                try await expect(drive.answer([0]).stored, equals: 1)
                try await expect(drive.ingest([damaged]).stored, equals: 0)
                try await expect(
                    drive.record().counts, equals: OutcomeCounts(requested: 2, ended: [.succeeded: 1]))
                try await expect(storage.allResults(drive.batch).map(\.outcome), equals: [.succeeded])
            },
        ]

    /// Which outcomes a late result replaces.
    private static let completing: [Case] = Outcome.allCases.flatMap { held in
        [Outcome.succeeded, .errored, .expired].map { came in
            let isAnswer = came != .expired
            let givesWay = isAnswer && [.missing, .expired, .cancelled].contains(held)
            let words = givesWay ? "gives way to" : "stays in spite of"
            return Case("amending: a line that says \(held.rawValue) \(words) one that says \(came.rawValue)") {
                storage in
                let drive = try await storage.driven(1)
                try await drive.answer([0], held)
                try await drive.end()
                let report = try await drive.amend([0], came)
                try expect(report.stored, equals: givesWay ? 1 : 0)
                try await expect(storage.allResults(drive.batch).map(\.outcome), equals: [givesWay ? came : held])
            }
        }
    }

    /// Single jobs and their anomalies, without reading all others.
    static let singleJobs: [Case] = [
        Case("one job: it equals its element in the list of all jobs") { storage in
            let drive = try await storage.eventful()
            for job in try await storage.providerJobs(of: drive.batch, attempt: nil) {
                try await expect(storage.providerJob(job.id), equals: job)
            }
        },
        Case("one job: a job that does not exist is not found") { storage in
            let drive = try await storage.driven(2)
            try await expectRefusal(.notFound) { _ = try await storage.providerJob(drive.job(1, 2)) }
            try await expectRefusal(.notFound) { _ = try await storage.providerJob(drive.job(2, 1)) }
            let nobody = ProviderJobID(batch: .random(), attempt: 1, index: 1)
            try await expectRefusal(.notFound) { _ = try await storage.providerJob(nobody) }
        },
        Case(
            "one job: its count of checks is kept, in a copy too",
            two: { storage, other in
                let drive = try await storage.driven(2)
                var state = Fixture.submitted()
                state.phase = .collecting
                state.looks = ProviderJobState.Looks(count: 3, at: Fixture.date(12.5))
                try await storage.saveProviderJob(drive.job(), state: state, claim: drive.claim)
                try await expect(storage.providerJob(drive.job()).state, equals: state)
                try await Copying(batch: drive.batch, source: storage, target: other).run()
                try await expect(other.providerJob(drive.job()).state, equals: state)
            }),
        Case("one job: its anomalies of a kind are paged and counted") { storage in
            let drive = try await storage.driven(4, jobs: 2)
            for line in 1...5 {
                for index in 1...2 {
                    let job = drive.job(1, index)
                    let found = [
                        Fixture.anomaly(job, line: line), Fixture.anomaly(job, kind: .duplicate, line: line),
                    ]
                    try await storage.recordAnomalies(found, of: job, claim: drive.claim)
                }
            }
            var lines: [Int] = []
            var cursor: Int?
            var pages = 0
            repeat {
                let page = try await storage.anomalies(of: drive.job(1, 2), kind: .unreadable, after: cursor, limit: 2)
                try expect(page.elements.allSatisfy { $0.jobIndex == 2 && $0.kind == .unreadable }, "job and kind")
                lines += page.elements.map(\.source.line)
                cursor = page.hasMore ? page.elements.last?.number : nil
                pages += 1
            } while cursor != nil
            try expect(lines, equals: [1, 2, 3, 4, 5])
            try expect(pages, equals: 3)
            try await expect(storage.anomalyCounts(of: drive.job(1, 2)), equals: [.unreadable: 5, .duplicate: 5])
            try await expect(
                storage.anomalies(of: drive.job(), kind: .unknownID, after: nil, limit: 9).elements, equals: [])
        },
    ]
}

extension Drive {
    @discardableResult
    func amend(
        _ positions: some Sequence<Int>, _ outcome: Outcome = .succeeded, job index: Int = 1
    ) async throws -> IngestReport {
        try await storage.amendProviderJob(
            job(1, index), with: positions.map { Fixture.result($0, outcome, text: "late", sourceLine: 500 + $0) },
            claim: claim)
    }

    fileprivate func ingest(_ results: [IncomingResult]) async throws -> IngestReport {
        try await storage.ingest(results, into: job(), claim: claim)
    }
}

extension Fixture {
    /// A damaged line that names its request.
    fileprivate static func unreadable(_ position: Int) -> IncomingResult {
        var result = result(position, .errored)
        result.error = ResultError(code: "unreadable_result", message: "the line is not JSON")
        return result
    }
}
