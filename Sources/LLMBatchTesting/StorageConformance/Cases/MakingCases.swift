import Foundation
import LLMBatchCore

extension StorageConformance {
    /// Creating a batch, which is invisible until it is complete.
    static let making: [Case] = visibility + sealing + removal + sweeping

    private static let visibility = [
        Case("creating: a batch is invisible before it is sealed") { storage in
            let new = Fixture.batch(name: "early")
            try await storage.beginBatch(new)
            try await storage.appendRequests(Fixture.requests(0..<3), to: new.id)
            try await expect(storage.batch(new.id), equals: nil)
            try await expect(storage.batches(BatchQuery()).elements.count, equals: 0)
            try await expect(storage.batches(BatchQuery(name: "early")).elements.count, equals: 0)
            try await expect(storage.batches(containing: "r1", limit: 10), equals: [])
        },
        Case("making: every read of an unsealed batch is answered with notFound") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            try await storage.appendRequests(Fixture.requests(0..<3), to: new.id)
            try await expectEveryQuestionRefused(new.id, storage)
        },
        Case("making: every read of an unknown batch is answered with notFound") { storage in
            try await expect(storage.batch("nobody".batchID), equals: nil)
            try await expectEveryQuestionRefused("nobody".batchID, storage)
        },
        Case("creating: an unsealed batch cannot be claimed or cancelled") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            try await expectRefusal(.notFound) { _ = try await storage.hold(new.id) }
            try await expectRefusal(.notFound) { try await storage.requestCancel(of: new.id) }
        },
    ]

    private static func expectEveryQuestionRefused(_ id: BatchID, _ storage: any BatchStorage) async throws {
        let job = ProviderJobID(batch: id, attempt: 1, index: 1)
        try await expectRefusal(.notFound, "attempts") { _ = try await storage.attempts(of: id) }
        try await expectRefusal(.notFound, "jobs") { _ = try await storage.providerJobs(of: id, attempt: nil) }
        try await expectRefusal(.notFound, "requests") { _ = try await storage.requests(RequestQuery(batch: id)) }
        try await expectRefusal(.notFound, "requests by id") {
            _ = try await storage.requests(of: id, customIDs: ["r0"])
        }
        try await expectRefusal(.notFound, "results") { _ = try await storage.results(ResultQuery(batch: id)) }
        try await expectRefusal(.notFound, "results by id") { _ = try await storage.results(of: id, customIDs: ["r0"]) }
        try await expectRefusal(.notFound, "history") { _ = try await storage.history(of: id, customID: "r0") }
        try await expectRefusal(.notFound, "anomalies") {
            _ = try await storage.anomalies(of: id, after: nil, limit: 5)
        }
        try await expectRefusal(.notFound, "tries") { _ = try await storage.tries(of: id, after: nil, limit: 5) }
        try await expectRefusal(.notFound, "job requests") {
            _ = try await storage.providerJobRequests(ProviderJobRequestQuery(job: job))
        }
        try await expectRefusal(.notFound, "the wish to cancel") { _ = try await storage.isCancelRequested(id) }
    }

    private static let sealing = [
        Case("creating: sealing returns the record that is visible from then on") { storage in
            let new = Fixture.batch(name: "n")
            try await storage.beginBatch(new)
            try await storage.appendRequests(Fixture.requests(0..<4), to: new.id)
            let sealed = try await storage.sealBatch(new.id, contentSHA256: Fixture.digest)
            try expect(sealed.counts, equals: OutcomeCounts(requested: 4))
            try expect(sealed.status, equals: .draft)
            try await expect(storage.batch(new.id), equals: sealed)
            try await expect(storage.batches(BatchQuery()).elements, equals: [sealed])
        },
        Case("making: requests of several chunks are ordered by their positions") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            for start in [0, 4, 5, 11] {
                try await storage.appendRequests(
                    Fixture.requests(start..<[0: 4, 4: 5, 5: 11, 11: 13][start, default: 0]), to: new.id)
            }
            _ = try await storage.sealBatch(new.id, contentSHA256: Fixture.digest)
            try await expect(
                storage.allRequests(new.id, pageSize: 100).map(\.request.customID), equals: Fixture.ids(0..<13))
        },
        Case("making: interleaved chunks of two batches do not mix") { storage in
            let (one, two) = (Fixture.batch(), Fixture.batch())
            for new in [one, two] { try await storage.beginBatch(new) }
            for start in 0..<5 {
                try await storage.appendRequests([Fixture.request(start, id: CustomID("one-\(start)"))], to: one.id)
                try await storage.appendRequests([Fixture.request(start, id: CustomID("two-\(start)"))], to: two.id)
            }
            for new in [one, two] { _ = try await storage.sealBatch(new.id, contentSHA256: Fixture.digest) }
            try await expect(
                storage.allRequests(one.id).map(\.request.customID.rawValue), equals: (0..<5).map { "one-\($0)" })
            try await expect(
                storage.allRequests(two.id).map(\.request.customID.rawValue), equals: (0..<5).map { "two-\($0)" })
        },
        Case("creating: an empty chunk changes nothing") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            try await storage.appendRequests([], to: new.id)
            try await storage.appendRequests(Fixture.requests(0..<2), to: new.id)
            try await storage.appendRequests([], to: new.id)
            try await expect(storage.sealBatch(new.id, contentSHA256: []).counts.requested, equals: 2)
        },
        Case("making: a sealed batch accepts no more requests") { storage in
            let batch = try await storage.draft(3)
            try await storage.expectUnchanged(batch, .wrongState) {
                try await storage.appendRequests([Fixture.request(3)], to: batch)
            }
        },
        Case("making: a batch is sealed only once") { storage in
            let batch = try await storage.draft(3)
            try await storage.expectUnchanged(batch, .wrongState) {
                _ = try await storage.sealBatch(batch, contentSHA256: [9, 9, 9])
            }
        },
        Case("creating: requests for an unknown batch are refused, and so is its seal") { storage in
            try await expectRefusal(.notFound) {
                try await storage.appendRequests([Fixture.request(0)], to: "x".batchID)
            }
            try await expectRefusal(.notFound) { _ = try await storage.sealBatch("x".batchID, contentSHA256: []) }
        },
        Case("making: an id in use is refused, and the batch that has it stays") { storage in
            let batch = try await storage.draft(3)
            try await storage.expectUnchanged(batch, .nameTaken) { try await storage.beginBatch(Fixture.batch(batch)) }
        },
        Case("making: positions are consecutive") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            try await storage.appendRequests(Fixture.requests(0..<2), to: new.id)
            for wrong in [1, 3, 0, 50] {
                try await expectRefusal(.invalidInput, "position \(wrong)") {
                    try await storage.appendRequests([Fixture.request(wrong, id: "fresh")], to: new.id)
                }
            }
            try await storage.appendRequests([Fixture.request(2)], to: new.id)
            try await expect(storage.sealBatch(new.id, contentSHA256: []).counts.requested, equals: 3)
        },
    ]
}

extension String {
    /// A batch id with this text.
    var batchID: BatchID { BatchID(rawValue: self) }
}
