import Foundation
import LLMBatchCore

extension StorageConformance {
    /// Only one owner at a time drives a batch.
    static let claims: [Case] = claimTaking + claimKeeping

    private static let claimTaking = [
        Case("claims: a claim names the batch and its owner") { storage in
            let batch = try await storage.draft()
            let claim = try await storage.hold(batch, "a")
            try expect(claim.batch, equals: batch)
            try expect(claim.owner, equals: Fixture.owner("a"))
        },
        Case("claims: a held batch is refused to another owner, naming the holder") { storage in
            let batch = try await storage.draft()
            _ = try await storage.hold(batch, "a")
            let error = try await expectRefusal(.heldElsewhere) { _ = try await storage.hold(batch, "b") }
            try expect(error.message.contains(Fixture.owner("a").description), "the holder: \(error.message)")
        },
        Case("claims: owners differ by host, process and runner") { storage in
            let batch = try await storage.draft()
            _ = try await storage.hold(batch, "a")
            var others = [Fixture.owner("a"), Fixture.owner("a"), Fixture.owner("a")]
            others[0].host = "other.example"
            others[1].process = 4712
            others[2].runner = "A"
            for other in others {
                try await expectRefusal(.heldElsewhere, "\(other)") {
                    _ = try await storage.claim(batch, for: other, until: Fixture.date(60), now: Fixture.date())
                }
            }
        },
        Case("claims: the same owner may claim again") { storage in
            let batch = try await storage.draft()
            let first = try await storage.hold(batch, "a")
            let second = try await storage.hold(batch, "a")
            try expect(second.fence > first.fence, "the fence grows")
        },
        Case("claims: the fence grows with every claim of the batch, by any owner") { storage in
            let batch = try await storage.draft()
            var fences: [Int] = []
            for runner in ["a", "a", "b", "c", "a"] {
                let claim = try await storage.hold(batch, runner)
                fences.append(claim.fence)
                try await storage.release(claim)
            }
            try expect(zip(fences, fences.dropFirst()).allSatisfy(<), "growing: \(fences)")
        },
        Case("claims: a claim can be taken at the moment it expires") { storage in
            let batch = try await storage.draft()
            _ = try await storage.claim(batch, for: Fixture.owner("a"), until: Fixture.date(60), now: Fixture.date())
            try await expectRefusal(.heldElsewhere, "a millisecond before") {
                _ = try await storage.claim(
                    batch, for: Fixture.owner("b"), until: Fixture.date(90), now: Fixture.date(59.999))
            }
            _ = try await storage.claim(batch, for: Fixture.owner("b"), until: Fixture.date(90), now: Fixture.date(60))
        },
        Case("claims: the claim of a process that is gone can be taken at once") { storage in
            let batch = try await storage.draft()
            let gone = ClaimOwner(host: ClaimOwner.current().host, process: 2_000_000_000, runner: "gone")
            let old = try await storage.claim(batch, for: gone, until: Fixture.date(600), now: Fixture.date())
            let new = try await storage.hold(batch, "b")
            try expect(new.fence > old.fence, "the fence grows")
        },
        Case("claims: claims of two batches are independent") { storage in
            let (one, two) = (try await storage.draft(), try await storage.draft())
            let first = try await storage.hold(one, "a")
            _ = try await storage.hold(two, "b")
            _ = try await storage.hold(two, "b")
            try await storage.renew(first, until: Fixture.date(100))
            try await expectRefusal(.heldElsewhere) { _ = try await storage.hold(one, "b") }
        },
    ]

    private static let claimKeeping = [
        Case("claims: a released batch is free at once") { storage in
            let batch = try await storage.draft()
            try await storage.release(try await storage.hold(batch, "a"))
            _ = try await storage.hold(batch, "b")
        },
        Case("claims: releasing an older claim keeps the newer one") { storage in
            let batch = try await storage.draft()
            let old = try await storage.hold(batch, "a")
            _ = try await storage.hold(batch, "a")
            try await storage.release(old)
            try await expectRefusal(.heldElsewhere) { _ = try await storage.hold(batch, "b") }
        },
        Case("claims: releasing twice does no harm") { storage in
            let batch = try await storage.draft()
            let claim = try await storage.hold(batch, "a")
            try await storage.release(claim)
            try await storage.release(claim)
            _ = try await storage.hold(batch, "b")
        },
        Case("claims: renewing moves the expiry") { storage in
            let batch = try await storage.draft()
            let claim = try await storage.hold(batch, "a")
            try await storage.renew(claim, until: Fixture.date(120))
            try await expectRefusal(.heldElsewhere) {
                _ = try await storage.claim(
                    batch, for: Fixture.owner("b"), until: Fixture.date(200), now: Fixture.date(119))
            }
            _ = try await storage.claim(
                batch, for: Fixture.owner("b"), until: Fixture.date(200), now: Fixture.date(121))
        },
        Case("claims: renewing after another owner took over is refused and moves nothing") { storage in
            let batch = try await storage.draft()
            let old = try await storage.hold(batch, "a")
            _ = try await storage.claim(batch, for: Fixture.owner("b"), until: Fixture.date(90), now: Fixture.date(70))
            try await expectRefusal(.heldElsewhere) { try await storage.renew(old, until: Fixture.date(900)) }
            _ = try await storage.claim(batch, for: Fixture.owner("c"), until: Fixture.date(200), now: Fixture.date(95))
        },
        Case("claims: an expired claim can be renewed while no other was made") { storage in
            let batch = try await storage.draft()
            let claim = try await storage.hold(batch, "a")
            try await storage.renew(claim, until: Fixture.date(200))
            try await expectRefusal(.heldElsewhere) {
                _ = try await storage.claim(
                    batch, for: Fixture.owner("b"), until: Fixture.date(300), now: Fixture.date(150))
            }
        },
        Case("claims: a released claim can be renewed while no other was made") { storage in
            let batch = try await storage.draft()
            let claim = try await storage.hold(batch, "a")
            try await storage.release(claim)
            try await storage.renew(claim, until: Fixture.date(200))
            try await expectRefusal(.heldElsewhere) { _ = try await storage.hold(batch, "b") }
        },
        Case("claims: claiming changes nothing in the record of the batch") { storage in
            let drive = try await storage.eventful()
            let before = try await BatchContents(of: drive.batch, in: storage)
            let claim = try await storage.hold(drive.batch, "a")
            try await storage.renew(claim, until: Fixture.date(500))
            try await storage.release(claim)
            try expect(try await BatchContents(of: drive.batch, in: storage), equals: before, "after claim and release")
        },
    ]
}
