public import LLMBatchCore

extension StorageConformance {
    /// Requires that a storage keeps its contents when it is closed and opened again.
    ///
    /// This is for storages that outlive their process. It creates a batch with an eventful life, records everything
    /// that the storage returns about it, and calls `reopen`. The reopened storage must return the same and continue
    /// from there.
    ///
    /// - Parameters:
    ///   - storage: A fresh, empty storage.
    ///   - reopen: Closes the storage and opens the same data again.
    /// - Throws: ``ConformanceFailure`` when something is lost or changed.
    public static func checkReopening(
        _ storage: any BatchStorage, _ reopen: () async throws -> any BatchStorage
    ) async throws {
        let drive = try await storage.eventful()
        let removed = try await storage.draft()
        try await storage.deleteBatch(removed)
        let before = try await BatchContents(of: drive.batch, in: storage)
        let opened = try await reopen()
        try expect(try await BatchContents(of: drive.batch, in: opened), equals: before, "after reopening")
        try await expect(opened.allBatches(), equals: [drive.batch], "the batches after reopening")
        try await checkClaims(Drive(storage: opened, batch: drive.batch, claim: drive.claim))
    }

    /// An earlier claim stays valid until there is a new one, which has a higher fence.
    private static func checkClaims(_ drive: Drive) async throws {
        try await drive.answer([2], attempt: 2)
        try await expectRefusal(.heldElsewhere, "a claim that was not given up") {
            _ = try await drive.storage.hold(drive.batch, "b")
        }
        let next = try await drive.storage.hold(drive.batch)
        try expect(next.fence > drive.claim.fence, "the fence grows over a reopening")
        try await expectRefusal(.heldElsewhere, "the claim of before") { try await drive.answer([7], attempt: 2) }
        let renewed = Drive(storage: drive.storage, batch: drive.batch, claim: next)
        try await renewed.answer([7], attempt: 2)
        try expect(try await renewed.end(attempt: 2).open, equals: 0, "open at the end")
    }
}
