import LLMBatchCore

extension StorageConformance {
    /// Anything that matches no request is recorded, once.
    static let anomalies = [
        Case("anomalies: an unknown id is recorded with its source, text and bytes") { storage in
            let drive = try await storage.driven(1)
            let stray = Fixture.result(7, id: "stray")
            _ = try await storage.ingest([stray], into: drive.job(), claim: drive.claim)
            let found = try require(try await storage.allAnomalies(drive.batch).first, "the anomaly")
            try expect(found.unnumbered, equals: .unknownID(stray, job: drive.job()))
            try expect(found.number > 0, "it has a number")
        },
        Case("anomalies: a second line for an id is recorded") { storage in
            let drive = try await storage.driven(1)
            try await drive.answer([0])
            let second = Fixture.result(0, text: "other", sourceLine: 9)
            _ = try await storage.ingest([second], into: drive.job(), claim: drive.claim)
            try await expect(
                storage.allAnomalies(drive.batch).map(\.unnumbered), equals: [.duplicate(second, job: drive.job())])
        },
        Case("anomalies: the same line again is recorded once") { storage in
            let drive = try await storage.driven(1)
            for _ in 0..<3 {
                _ = try await storage.ingest([Fixture.result(7, id: "stray")], into: drive.job(), claim: drive.claim)
            }
            try await expect(storage.allAnomalies(drive.batch).count, equals: 1)
            try await expect(drive.record().anomalies, equals: 1)
        },
        Case("anomalies: recorded anomalies keep all fields and their order") { storage in
            let drive = try await storage.driven(1)
            let kinds = [
                Anomaly.Kind.unreadable, .countMismatch, Anomaly.Kind(rawValue: "new_kind"), .duplicate, .unknownID,
            ]
            let sent = kinds.enumerated().map { number, kind in
                var anomaly = Fixture.anomaly(drive.job(), kind: kind, line: 50 - number)
                anomaly.customID = number == 0 ? nil : CustomID("x'\(number)")
                anomaly.line = number == 1 ? nil : [0, 255, UInt8(number)]
                return anomaly
            }
            try await storage.recordAnomalies(sent, of: drive.job(), claim: drive.claim)
            try await expect(storage.allAnomalies(drive.batch).map(\.unnumbered), equals: sent)
        },
        Case("anomalies: they are distinguished by kind, file and line") { storage in
            let drive = try await storage.driven(1)
            var other = Fixture.anomaly(drive.job(), line: 1)
            other.source.file = "error"
            let sent = [
                Fixture.anomaly(drive.job(), line: 1), Fixture.anomaly(drive.job(), line: 2),
                Fixture.anomaly(drive.job(), kind: .duplicate, line: 1), other,
            ]
            for _ in 0..<2 { try await storage.recordAnomalies(sent, of: drive.job(), claim: drive.claim) }
            try await expect(storage.allAnomalies(drive.batch).map(\.unnumbered), equals: sent)
        },
        Case("anomalies: the same source in two jobs gives two anomalies") { storage in
            let drive = try await storage.driven(2, jobs: 2)
            for index in [1, 2] {
                try await storage.recordAnomalies(
                    [Fixture.anomaly(drive.job(1, index))], of: drive.job(1, index), claim: drive.claim)
            }
            try await expect(storage.allAnomalies(drive.batch).map(\.jobIndex), equals: [1, 2])
        },
        Case("anomalies: the first record of a source stands") { storage in
            let drive = try await storage.driven(1)
            var later = Fixture.anomaly(drive.job())
            later.message = "later"
            try await storage.recordAnomalies(
                [Fixture.anomaly(drive.job()), later], of: drive.job(), claim: drive.claim)
            try await expect(
                storage.allAnomalies(drive.batch).map(\.message), equals: [Fixture.anomaly(drive.job()).message])
        },
        Case("anomalies: pages of every size have the same elements, with growing numbers") { storage in
            let (drive, other) = (try await storage.driven(1), try await storage.driven(1))
            for line in 1...7 {
                for one in [other, drive] {
                    try await storage.recordAnomalies(
                        [Fixture.anomaly(one.job(), line: line)], of: one.job(), claim: one.claim)
                }
            }
            for size in [1, 2, 3, 6, 7, 8] {
                let found = try await storage.allAnomalies(drive.batch, pageSize: size)
                try expect(found.map(\.source.line), equals: Array(1...7), "pages of \(size)")
                try expect(zip(found, found.dropFirst()).allSatisfy { $0.number < $1.number }, "the numbers grow")
            }
            let exact = try await storage.anomalies(of: drive.batch, after: nil, limit: 7)
            try expect(exact.hasMore, equals: false, "a page that just fits")
            let none = try await storage.anomalies(of: drive.batch, after: exact.elements.last?.number, limit: 7)
            try expect(none.elements, equals: [])
        },
        Case("anomalies: they do not change the counts of requests") { storage in
            let drive = try await storage.driven(2)
            try await drive.answer([0])
            try await storage.recordAnomalies([Fixture.anomaly(drive.job())], of: drive.job(), claim: drive.claim)
            _ = try await storage.ingest([Fixture.result(9)], into: drive.job(), claim: drive.claim)
            let record = try await drive.record()
            try expect(record.counts, equals: OutcomeCounts(requested: 2, ended: [.succeeded: 1]))
            try expect(record.anomalies, equals: 2)
        },
        Case("anomalies: the bytes of a long line are truncated") { storage in
            let drive = try await storage.driven(1)
            var stray = Fixture.result(7, id: "stray")
            stray.line = [UInt8](repeating: 120, count: 200_000)
            _ = try await storage.ingest([stray], into: drive.job(), claim: drive.claim)
            try await expect(storage.allAnomalies(drive.batch).first?.line?.count, equals: Anomaly.keptBytes)
        },
    ]
}
