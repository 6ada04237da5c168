import Foundation
import LLMBatchCore

extension StorageConformance {
    static let removal = [
        Case("removal: an unsealed batch can be removed, and its id and name reused") { storage in
            let new = Fixture.batch(name: "again")
            try await storage.beginBatch(new)
            try await storage.appendRequests(Fixture.requests(0..<3), to: new.id)
            try await storage.deleteBatch(new.id)
            try await expectRefusal(.notFound) { try await storage.appendRequests([Fixture.request(3)], to: new.id) }
            try await expect(storage.draft(2, new), equals: new.id)
            try await expect(storage.batch(new.id)?.counts.requested, equals: 2)
        },
        Case("removal: a sealed batch is removed with all that belongs to it") { storage in
            let drive = try await storage.eventful()
            try await storage.deleteBatch(drive.batch)
            try await expect(storage.batch(drive.batch), equals: nil)
            try await expect(storage.batches(BatchQuery()).elements.count, equals: 0)
            try await expect(storage.batches(containing: "r1", limit: 5), equals: [])
            try await expectRefusal(.notFound) { _ = try await storage.requests(RequestQuery(batch: drive.batch)) }
            try await expectRefusal(.notFound) { _ = try await storage.history(of: drive.batch, customID: "r1") }
        },
        Case("removal: nothing of a removed batch reappears under the same id") { storage in
            let new = Fixture.batch(name: "eventful")
            _ = try await storage.eventful(new)
            try await storage.deleteBatch(new.id)
            let fresh = try await storage.draft(4, new)
            try await expect(storage.attempts(of: fresh), equals: [])
            try await expect(storage.allResults(fresh), equals: [])
            try await expect(storage.allAnomalies(fresh), equals: [])
            try await expect(storage.batch(fresh)?.counts, equals: OutcomeCounts(requested: 4))
        },
        Case("removal: other batches stay unchanged") { storage in
            let other = try await storage.eventful(Fixture.batch(name: "other"))
            let gone = try await storage.eventful(Fixture.batch(name: "gone"))
            let before = try await BatchContents(of: other.batch, in: storage)
            try await storage.deleteBatch(gone.batch)
            try expect(
                try await BatchContents(of: other.batch, in: storage), equals: before, "after another was removed")
        },
        Case("removal: removing an unknown batch is no error") { storage in
            try await storage.deleteBatch("nobody".batchID)
        },
        Case("removal: a claim of a removed batch writes nothing") { storage in
            let drive = try await storage.driven()
            try await storage.deleteBatch(drive.batch)
            try await expectRefusal(.notFound) { try await drive.answer([0]) }
            try await storage.release(drive.claim)
        },
    ]

    static let sweeping = [
        Case("sweep: unsealed batches from before the date are removed and counted") { storage in
            for _ in 0..<3 {
                let new = Fixture.batch()
                try await storage.beginBatch(new)
                try await storage.appendRequests(Fixture.requests(0..<2), to: new.id)
            }
            try await expect(storage.sweepUnsealed(before: Fixture.endOfTime), equals: 3)
            try await expect(storage.sweepUnsealed(before: Fixture.endOfTime), equals: 0, "a second time")
        },
        Case("sweep: a swept batch accepts no more requests") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            _ = try await storage.sweepUnsealed(before: Fixture.endOfTime)
            try await expectRefusal(.notFound) { try await storage.appendRequests([Fixture.request(0)], to: new.id) }
        },
        Case("sweep: batches begun after the date are kept, whatever their own date") { storage in
            let new = Fixture.batch(createdAt: Date(timeIntervalSince1970: 1000))
            try await storage.beginBatch(new)
            try await expect(storage.sweepUnsealed(before: Date(timeIntervalSince1970: 1_000_000)), equals: 0)
            try await storage.appendRequests([Fixture.request(0)], to: new.id)
            _ = try await storage.sealBatch(new.id, contentSHA256: [])
        },
        Case("sweep: sealed batches are kept") { storage in
            let drive = try await storage.eventful()
            let before = try await BatchContents(of: drive.batch, in: storage)
            try await expect(storage.sweepUnsealed(before: Fixture.endOfTime), equals: 0)
            try expect(try await BatchContents(of: drive.batch, in: storage), equals: before, "after the sweep")
        },
        Case("sweep: an unsealed attempt is removed, and its batch stays") { storage in
            let drive = try await storage.claimed(3)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            try await storage.assign([ProviderJobAssignment(position: 0, job: 1)], attempt: 1, claim: drive.claim)
            try await expect(storage.sweepUnsealed(before: Fixture.date(0)), equals: 0)
            try await storage.assign([ProviderJobAssignment(position: 1, job: 1)], attempt: 1, claim: drive.claim)
            try await expect(storage.sweepUnsealed(before: Fixture.endOfTime), equals: 0, "only batches are counted")
            try await expectRefusal(.notFound) {
                try await storage.assign([ProviderJobAssignment(position: 2, job: 1)], attempt: 1, claim: drive.claim)
            }
            try await expect(drive.record().counts, equals: OutcomeCounts(requested: 3))
        },
        Case("sweep: a sealed attempt is kept") { storage in
            let drive = try await storage.driven(3)
            _ = try await storage.sweepUnsealed(before: Fixture.endOfTime)
            try await expect(storage.attempts(of: drive.batch).map(\.number), equals: [1])
        },
    ]
}
