import LLMBatchCore

extension StorageConformance {
    /// The record of a batch as a whole.
    static let records = [
        Case("record: every field is kept") { storage in
            let provider = ProviderSettings(
                name: "azure", model: "m", baseURL: "https://x.example/v1?a=b", keySource: "env:KEY",
                options: ["region": "eu", "é": "\"quoted\" \\ back/slash", "empty": ""])
            let new = Fixture.batch(
                name: "full", endpoint: .responses, metadata: ["k": "v", "emoji 🎈": "x\ny", "": "empty key"],
                provider: provider, createdAt: Fixture.date(12.375))
            let batch = try await storage.draft(2, new)
            let wanted = BatchRecord(
                id: batch, name: "full", endpoint: .responses, contentSHA256: Fixture.digest, metadata: new.metadata,
                provider: provider, status: .draft, counts: OutcomeCounts(requested: 2), attempts: 0, anomalies: 0,
                createdAt: Fixture.date(12.375), finishedAt: nil, cancelRequested: false)
            try await expect(storage.batch(batch), equals: wanted)
            try await expect(storage.batches(BatchQuery()).elements, equals: [wanted])
        },
        Case("record: every field of a request is kept") { storage in
            let new = Fixture.batch(endpoint: .embeddings)
            let requests = [
                Fixture.request(0, model: "small-é", endpoint: .embeddings),
                NewRequest(position: 1, sourceLine: nil, request: Fixture.request(1, endpoint: .embeddings).request),
                NewRequest(
                    position: 2, sourceLine: 900_000,
                    request: Fixture.request(2, model: "", endpoint: .embeddings).request),
            ]
            try await storage.beginBatch(new)
            try await storage.appendRequests(requests, to: new.id)
            _ = try await storage.sealBatch(new.id, contentSHA256: [])
            let wanted = requests.map {
                StoredRequest(position: $0.position, sourceLine: $0.sourceLine, request: $0.request, outcome: nil)
            }
            try await expect(storage.allRequests(new.id), equals: wanted)
            try await expect(storage.requests(of: new.id, customIDs: ["r0", "r1", "r2"]), equals: wanted)
        },
        Case("record: the counts follow every result") { storage in
            let drive = try await storage.driven(4)
            for number in 0..<4 {
                try await expect(drive.record().counts.open, equals: 4 - number)
                try await drive.answer([number], number == 2 ? .errored : .succeeded)
            }
            try await expect(
                drive.record().counts, equals: OutcomeCounts(requested: 4, ended: [.succeeded: 3, .errored: 1]))
            try await expect(drive.record().counts.unsuccessful, equals: 1)
        },
        Case("record: a batch without an attempt is a draft, all open") { storage in
            let batch = try await storage.draft(3)
            try await expect(storage.batch(batch)?.status, equals: .draft)
            try await expect(storage.batch(batch)?.counts.open, equals: 3)
            try await expect(storage.attempts(of: batch), equals: [])
            try await expect(storage.providerJobs(of: batch, attempt: nil), equals: [])
        },
        Case("record: the listing and the look-up agree") { storage in
            let drive = try await storage.eventful()
            try await expect(storage.batches(BatchQuery()).elements.first, equals: storage.batch(drive.batch))
        },
        Case("record: the counts of a batch with all kinds of rows add up") { storage in
            let drive = try await storage.eventful()
            let record = try await drive.record()
            try expect(
                record.counts, equals: OutcomeCounts(requested: 8, ended: [.succeeded: 5, .invalid: 1]))
            try expect(record.counts.open, equals: 2)
            try expect(record.anomalies, equals: 3)
            try expect(record.attempts, equals: 2)
            try expect(record.cancelRequested, equals: true)
        },
    ]
}
