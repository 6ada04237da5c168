import LLMBatchCore

extension StorageConformance {
    /// The owner's request to cancel, for the process that drives the batch.
    static let cancelling = [
        Case("cancel: it is not requested at first") { storage in
            let drive = try await storage.driven(1)
            try await expect(storage.isCancelRequested(drive.batch), equals: false)
            try await expect(drive.record().cancelRequested, equals: false)
        },
        Case("cancel: requesting it needs no claim and is visible at once") { storage in
            let drive = try await storage.driven(1)
            try await storage.requestCancel(of: drive.batch)
            try await expect(storage.isCancelRequested(drive.batch), equals: true)
            try await expect(drive.record().cancelRequested, equals: true)
        },
        Case("cancel: requesting it twice has no further effect") { storage in
            let drive = try await storage.driven(1)
            for _ in 0..<2 { try await storage.requestCancel(of: drive.batch) }
            try await expect(storage.isCancelRequested(drive.batch), equals: true)
        },
        Case("cancel: requesting it changes neither status nor jobs, nor other batches") { storage in
            let (drive, other) = (try await storage.driven(2), try await storage.driven(2))
            try await storage.saveProviderJob(drive.job(), state: Fixture.submitted(), claim: drive.claim)
            let jobs = try await storage.providerJobs(of: drive.batch, attempt: nil)
            try await storage.requestCancel(of: drive.batch)
            try await expect(storage.providerJobs(of: drive.batch, attempt: nil), equals: jobs)
            try await expect(drive.record().status, equals: .inProgress)
            try await expect(storage.isCancelRequested(other.batch), equals: false)
        },
        Case("cancel: the request stays while the attempt runs and after its end") { storage in
            let drive = try await storage.driven(2)
            try await storage.requestCancel(of: drive.batch)
            try await drive.answer([0])
            try await drive.end(.cancelled)
            try await expect(storage.isCancelRequested(drive.batch), equals: true)
        },
        Case("cancel: an unknown batch is refused") { storage in
            try await expectRefusal(.notFound) { try await storage.requestCancel(of: "nobody".batchID) }
        },
    ]
}
