import LLMBatchCore

extension StorageConformance {
    /// Results are stored by custom id, once each.
    static let ingesting: [Case] = Outcome.allCases.map(outcomeCase) + ingestRules

    private static func outcomeCase(_ outcome: Outcome) -> Case {
        Case("ingest: a result \(outcome.rawValue) is kept with all its fields") { storage in
            let drive = try await storage.driven(3)
            let sent = Fixture.result(1, outcome, text: "é \u{1F600}")
            try await expect(storage.ingest([sent], into: drive.job(), claim: drive.claim).stored, equals: 1)
            let result = try require(try await storage.results(of: drive.batch, customIDs: ["r1"]).first, "the result")
            let wanted = sent.result(position: 1, endpoint: .chatCompletions, job: drive.job(), at: result.recordedAt)
            try expect(result, equals: wanted)
            try await expect(drive.record().counts, equals: OutcomeCounts(requested: 3, ended: [outcome: 1]))
            try await expect(drive.onlyJob().counts, equals: OutcomeCounts(requested: 3, ended: [outcome: 1]))
            try await expect(storage.requests(of: drive.batch, customIDs: ["r1"]).map(\.outcome), equals: [outcome])
        }
    }

    private static let ingestRules = [
        Case("ingest: a result with nothing but an outcome is kept as it is") { storage in
            let drive = try await storage.driven(1)
            let bare = IncomingResult(customID: "r0", outcome: .succeeded, source: .answer)
            _ = try await storage.ingest([bare], into: drive.job(), claim: drive.claim)
            let result = try require(try await storage.allResults(drive.batch).first, "the result")
            try expect(
                result,
                equals: bare.result(position: 0, endpoint: .chatCompletions, job: drive.job(), at: result.recordedAt))
            try await expect(storage.allTries(drive.batch).first?.source, equals: .answer)
        },
        Case("ingest: a result belongs to the endpoint of its batch") { storage in
            let drive = try await storage.driven(1, Fixture.batch(endpoint: .embeddings))
            try await drive.answer([0])
            try await expect(storage.allResults(drive.batch).map(\.endpoint), equals: [.embeddings])
        },
        Case("ingest: results in any order are listed in the order of the batch") { storage in
            let drive = try await storage.driven(6)
            try await drive.answer([4, 1, 5])
            try await drive.answer([0, 3, 2])
            try await expect(storage.allResults(drive.batch, pageSize: 4).map(\.position), equals: Array(0..<6))
        },
        Case("ingest: the same lines again change nothing and are counted as repeated") { storage in
            let drive = try await storage.driven(4)
            try await expect(drive.answer([0, 1]).stored, equals: 2)
            let before = try await BatchContents(of: drive.batch, in: storage)
            let again = try await drive.answer([1, 0])
            try expect([again.stored, again.repeated, again.anomalies], equals: [0, 2, 0])
            try expect(try await BatchContents(of: drive.batch, in: storage), equals: before, "after the repetition")
        },
        Case("ingest: collection resumes where it stopped") { storage in
            let drive = try await storage.driven(5)
            try await drive.answer([0, 1, 2])
            let report = try await drive.answer([0, 1, 2, 3, 4])
            try expect([report.stored, report.repeated, report.anomalies], equals: [2, 3, 0])
            try await expect(drive.record().counts, equals: OutcomeCounts(requested: 5, ended: [.succeeded: 5]))
        },
        Case("ingest: the first of two lines for an id is kept") { storage in
            let drive = try await storage.driven(2)
            try await drive.answer([0], .errored)
            let second = Fixture.result(0, text: "second", sourceLine: 40)
            let report = try await storage.ingest([second], into: drive.job(), claim: drive.claim)
            try expect([report.stored, report.repeated, report.anomalies], equals: [0, 0, 1])
            try await expect(storage.allResults(drive.batch).map(\.outcome), equals: [.errored])
            try await expect(drive.record().counts, equals: OutcomeCounts(requested: 2, ended: [.errored: 1]))
        },
        Case("ingest: the first of two lines in one chunk is kept") { storage in
            let drive = try await storage.driven(2)
            let report = try await storage.ingest(
                [Fixture.result(0, text: "first"), Fixture.result(0, text: "second", sourceLine: 2)], into: drive.job(),
                claim: drive.claim)
            try expect([report.stored, report.repeated, report.anomalies], equals: [1, 0, 1])
            try await expect(storage.allResults(drive.batch).first?.line, equals: Fixture.result(0, text: "first").line)
        },
        Case("ingest: the same line number of another file is another line") { storage in
            let drive = try await storage.driven(2)
            try await drive.answer([0])
            try await expect(drive.answer([0], .errored).anomalies, equals: 1)
            try await expect(storage.allResults(drive.batch).map(\.outcome), equals: [.succeeded])
        },
        Case("ingest: an id of another job of the attempt is not this job's") { storage in
            let drive = try await storage.driven(4, jobs: 2)
            let report = try await drive.answer([0, 2], job: 2)
            try expect([report.stored, report.anomalies], equals: [1, 1])
            try await expect(storage.allResults(drive.batch).map(\.position), equals: [2])
            try await expect(storage.allAnomalies(drive.batch).map(\.kind), equals: [.unknownID])
        },
        Case("ingest: an id that is not in the attempt is unknown to it") { storage in
            let drive = try await halfAnswered(storage)
            try await drive.plan([1], attempt: 2)
            try await expect(drive.answer([0, 1], attempt: 2).anomalies, equals: 1)
            try await expect(storage.results(of: drive.batch, customIDs: ["r0"]).map(\.job), equals: [drive.job()])
        },
        Case("ingest: a line after the end of its job finds its request closed") { storage in
            let drive = try await storage.driven(2)
            try await drive.answer([0])
            try await drive.end(.expired)
            let report = try await drive.answer([0, 1])
            try expect([report.stored, report.repeated, report.anomalies], equals: [0, 1, 1])
            try await expect(storage.allResults(drive.batch).map(\.outcome), equals: [.succeeded, .expired])
            try await expect(
                drive.record().counts, equals: OutcomeCounts(requested: 2, ended: [.succeeded: 1, .expired: 1]))
        },
        Case("ingest: an empty chunk of results changes nothing") { storage in
            let drive = try await storage.driven(2)
            try await expect(drive.answer([]), equals: IngestReport())
        },
        Case("ingest: results of one batch do not appear in another with the same ids") { storage in
            let (one, two) = (try await storage.driven(3), try await storage.driven(3))
            try await one.answer([0, 1, 2])
            try await expect(storage.allResults(two.batch), equals: [])
            try await expect(two.record().counts.open, equals: 3)
        },
    ]
}
