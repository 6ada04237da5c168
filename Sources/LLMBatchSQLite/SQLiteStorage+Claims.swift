public import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    public func claim(_ id: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim {
        try await write { db in
            let key = try db.batchKey(id)
            let row = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT claim_owner, claim_until, claim_fence FROM batches WHERE batch_key = ?"),
                arguments: [key])
            guard let row else { throw LLMBatchError.noBatch(id) }
            if let held = try row.decodedIfPresent(ClaimOwner.self, "claim_owner"),
                let until = try row.optionalTime("claim_until"),
                held != owner,
                until > now, !held.isGone()
            {
                throw LLMBatchError.held(id, by: held.description)
            }
            let fence = try row.count("claim_fence") + 1
            try db.run(
                "UPDATE batches SET claim_owner = ?, claim_until = ?, claim_fence = ? WHERE batch_key = ?",
                [try Column.json(owner), expiry.milliseconds, fence, key])
            return Claim(batch: id, owner: owner, fence: fence)
        }
    }

    public func renew(_ claim: Claim, until expiry: Date) async throws {
        try await write { db in
            try db.run(
                "UPDATE batches SET claim_owner = ?, claim_until = ? WHERE batch_key = ?",
                [try Column.json(claim.owner), expiry.milliseconds, try db.batchKey(claim)])
        }
    }

    public func release(_ claim: Claim) async throws {
        try await write { db in
            try db.run(
                "UPDATE batches SET claim_owner = NULL, claim_until = NULL WHERE id = ? AND claim_fence = ?",
                [claim.batch.rawValue, claim.fence])
        }
    }
}
