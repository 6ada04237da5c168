package import Foundation

extension MemoryStorage {
    package func claim(_ id: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim {
        var batch = try visible(id)
        if let held = batch.claim, held.claim.owner != owner, held.expiry > now, !held.claim.owner.isGone() {
            throw LLMBatchError.held(id, by: held.claim.owner.description)
        }
        batch.fence += 1
        let claim = Claim(batch: id, owner: owner, fence: batch.fence)
        batch.claim = (claim, expiry)
        all[id] = batch
        return claim
    }

    package func renew(_ claim: Claim, until expiry: Date) async throws {
        try change(claim) { $0.claim = (claim, expiry) }
    }

    package func release(_ claim: Claim) async throws {
        guard all[claim.batch]?.fence == claim.fence else { return }
        all[claim.batch]?.claim = nil
    }
}
