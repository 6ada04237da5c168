public import LLMBatchCore

extension StorageConformance {
    /// Requires that a storage keeps what it was told when it is closed and opened again.
    ///
    /// For storages that outlive their process. A batch gets an eventful life, everything that the storage tells of it is
    /// noted, `reopen` is called, and the storage it returns must tell the same and go on from there.
    ///
    /// - Parameters:
    ///   - storage: A fresh, empty storage.
    ///   - reopen: Closes it and opens the same data again.
    /// - Throws: ``ConformanceFailure`` when something is lost or has changed.
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

    /// A claim of before is good until another one is made, which has a higher fence.
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
