import LLMBatchCore

extension StorageConformance {
    /// Lines that a job sends instead of the requests' own, definitions of typed jobs, and results with their own
    /// format.
    static let askedLines = [
        Case("sent lines: a job sends the line it was given, and the request keeps its own") { storage in
            let drive = try await storage.claimed(3)
            try await drive.plan(0..<3, asking: [1: "{\"narrow\":1}"])
            let asked = try await storage.allJobRequests(drive.job())
            try expect(asked.map { String(decoding: $0.request.line, as: UTF8.self) }[1], equals: "{\"narrow\":1}")
            try expect(asked[0].request.line, equals: Fixture.request(0).request.line)
            try await expect(
                storage.allRequests(drive.batch).map(\.request.line),
                equals: (0..<3).map { Fixture.request($0).request.line })
        },
        Case("sent lines: another attempt sends the request's own line again") { storage in
            let drive = try await storage.claimed(2)
            try await drive.plan(0..<2, asking: [0: "{}"])
            try await drive.answer(0..<2, .errored)
            try await drive.end()
            try await drive.plan(0..<2, attempt: 2)
            try await expect(
                storage.allJobRequests(drive.job(2)).map(\.request.line),
                equals: (0..<2).map { Fixture.request($0).request.line })
            let history = try await storage.history(of: drive.batch, customID: "r0")
            try expect(history.map(\.asked), equals: [Array("{}".utf8), nil])
        },
        Case("sent lines: open requests come with them") { storage in
            let drive = try await storage.claimed(2)
            try await drive.plan(0..<2, asking: [1: "{\"narrow\":1}"])
            try await drive.answer([0])
            try await expect(
                storage.allJobRequests(drive.job(), onlyOpen: true).map(\.request.line),
                equals: [Array("{\"narrow\":1}".utf8)])
        },
        Case("sent lines: a batch with them can be removed") { storage in
            let drive = try await storage.claimed(2)
            try await drive.plan(0..<2, asking: [1: "{}"])
            try await storage.deleteBatch(drive.batch)
            try await expect(storage.batch(drive.batch), equals: nil)
        },
        Case("requests of a job by custom id: only its own, in order and paged") { storage in
            let drive = try await storage.driven(9, jobs: 2)
            let ids = Fixture.ids([4, 1, 8, 3, 0]) + ["nobody"]
            try await expect(storage.allJobRequests(drive.job(), ids: ids).map(\.position), equals: [0, 1, 3, 4])
            try await expect(storage.allJobRequests(drive.job(1, 2), ids: ids).map(\.position), equals: [8])
            try await expect(storage.allJobRequests(drive.job(), ids: []).map(\.position), equals: [])
        },
        Case("custom ids by position: only those of the job") { storage in
            let drive = try await storage.driven(6, jobs: 2)
            try await expect(
                storage.customIDs(of: drive.job(), at: [2, 0, 5, 77, -1]), equals: [0: "r0", 2: "r2"])
            try await expect(storage.customIDs(of: drive.job(1, 2), at: []), equals: [:])
            try await expectRefusal(.notFound) { _ = try await storage.customIDs(of: drive.job(1, 3), at: [0]) }
        },
        Case("definition: it is kept unchanged and listed, and nil without one") { storage in
            let text = "{\"b\": 1,\n \"a\":\"é\"}"
            let job = try await storage.draft(1, Fixture.batch(definition: text))
            let plain = try await storage.draft(1)
            try await expect(storage.batch(job)?.definition, equals: text)
            try await expect(storage.batch(plain)?.definition, equals: nil)
            try await expect(
                storage.batches(BatchQuery(idPrefix: job.rawValue)).elements.first?.definition, equals: text)
        },
        Case("native lines: they are kept beside the canonical line, and nil without one") { storage in
            let drive = try await storage.driven(2)
            let native = "{\"key\" : \"r0\"}"
            _ = try await storage.ingest(
                [Fixture.result(0, native: native), Fixture.result(1)], into: drive.job(), claim: drive.claim)
            let results = try await storage.allResults(drive.batch)
            try expect(results.map(\.nativeLine), equals: [Array(native.utf8), nil])
            try expect(results[0].line, equals: Fixture.result(0).line)
            let history = try await storage.history(of: drive.batch, customID: "r0")
            try expect(history.first?.result?.nativeLine, equals: Array(native.utf8))
        },
        Case("native lines: an anomaly keeps the line as it was received") { storage in
            let drive = try await storage.driven(1)
            _ = try await storage.ingest(
                [Fixture.result(0, id: "nobody", native: "{\"key\":\"nobody\"}")], into: drive.job(), claim: drive.claim
            )
            try await expect(
                storage.allAnomalies(drive.batch).map(\.line), equals: [Array("{\"key\":\"nobody\"}".utf8)])
        },
    ]
}
