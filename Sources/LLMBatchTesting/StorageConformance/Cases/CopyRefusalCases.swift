import LLMBatchCore

extension StorageConformance {
    /// Invalid copies.
    static let copyRefusals = [
        Case(
            "copy: the name of another batch is refused, and the copy can be sealed once it is free",
            two: { source, target in
                let drive = try await source.eventful(Fixture.batch(name: "wanted"))
                let holder = try await target.draft(1, Fixture.batch(name: "wanted"))
                let copying = Copying(batch: drive.batch, source: source, target: target)
                try await copying.begin()
                try await copying.fill()
                try await target.expectUnchanged(holder, .nameTaken) { try await target.sealRestore(drive.batch) }
                try await expect(target.batch(drive.batch), equals: nil)
                try await target.deleteBatch(holder)
                try await target.sealRestore(drive.batch)
                try expect(
                    try await BatchContents(of: drive.batch, in: target),
                    equals: try await BatchContents(of: drive.batch, in: source),
                    "the copy")
            }),
        Case(
            "copy: a name in use leaves the older copy in place",
            two: { source, target in
                let new = Fixture.batch()
                let drive = try await source.driven(2, new)
                try await Copying(batch: drive.batch, source: source, target: target).run()
                var named = try require(try await source.batch(drive.batch), "the batch")
                named = named.renamed("taken")
                _ = try await target.draft(1, Fixture.batch(name: "taken"))
                try await target.beginRestore(BatchSnapshot(batch: named, attempts: [], jobs: []))
                try await target.expectUnchanged(drive.batch, .nameTaken) { try await target.sealRestore(drive.batch) }
            }),
        Case(
            "copy: a copy that was not begun accepts nothing and cannot be sealed",
            two: { source, target in
                let drive = try await source.eventful()
                let copying = Copying(batch: drive.batch, source: source, target: target)
                try await expectRefusal(.wrongState, "requests") { try await copying.fillRequests() }
                let tries = try await source.allTries(drive.batch)
                try await expectRefusal(.wrongState, "tries") { try await target.restoreTries(tries, to: drive.batch) }
                let anomalies = try await source.allAnomalies(drive.batch)
                try await expectRefusal(.wrongState, "anomalies") {
                    try await target.restoreAnomalies(anomalies, to: drive.batch)
                }
                try await expectRefusal(.wrongState, "seal") { try await target.sealRestore(drive.batch) }
            }),
        Case(
            "copy: a sealed copy accepts nothing more",
            two: { source, target in
                let drive = try await source.eventful()
                let copying = Copying(batch: drive.batch, source: source, target: target)
                try await copying.run()
                try await target.expectUnchanged(drive.batch, .wrongState) {
                    try await target.restoreRequests([Fixture.request(8)], to: drive.batch)
                }
                try await target.expectUnchanged(drive.batch, .wrongState) { try await target.sealRestore(drive.batch) }
            }),
        Case(
            "copy: a repeated request is refused, with its whole chunk",
            two: { source, target in
                let drive = try await source.driven(3)
                try await Copying(batch: drive.batch, source: source, target: target).begin()
                try await expectRefusal(.invalidInput) {
                    try await target.restoreRequests(
                        [Fixture.request(0), Fixture.request(1, id: "r0")], to: drive.batch)
                }
                try await target.restoreRequests(Fixture.requests(0..<3), to: drive.batch)
            }),
        Case(
            "copy: a try of an unknown request or job is refused, with its whole chunk",
            two: { source, target in
                let drive = try await source.driven(3)
                let copying = Copying(batch: drive.batch, source: source, target: target)
                try await copying.begin()
                try await copying.fillRequests()
                let good = try await source.allTries(drive.batch)
                for wrong in [
                    StoredTry(job: drive.job(), position: 3, result: nil, source: nil),
                    StoredTry(job: drive.job(1, 2), position: 0, result: nil, source: nil),
                    StoredTry(job: drive.job(4, 1), position: 0, result: nil, source: nil),
                ] {
                    try await expectRefusal(nil, "\(wrong.job) \(wrong.position)") {
                        try await target.restoreTries(good + [wrong], to: drive.batch)
                    }
                }
                try await target.restoreTries(good, to: drive.batch)
                try await target.sealRestore(drive.batch)
                try await expect(target.allTries(drive.batch), equals: good)
            }),
        Case(
            "copy: a copy that was never sealed is swept",
            two: { source, target in
                let drive = try await source.eventful()
                let copying = Copying(batch: drive.batch, source: source, target: target)
                try await copying.begin()
                try await copying.fillRequests()
                try await expect(target.sweepUnsealed(before: Fixture.date(-700_000_000)), equals: 0, "begun just now")
                try await expect(target.sweepUnsealed(before: Fixture.endOfTime), equals: 1)
                try await expectRefusal(.wrongState) { try await target.sealRestore(drive.batch) }
            }),
    ]
}

extension BatchRecord {
    /// The same batch with another name.
    fileprivate func renamed(_ name: String) -> BatchRecord {
        BatchRecord(
            id: id, name: name, endpoint: endpoint, contentSHA256: contentSHA256, metadata: metadata,
            provider: provider,
            status: status, counts: counts, attempts: attempts, anomalies: anomalies, createdAt: createdAt,
            finishedAt: finishedAt, cancelRequested: cancelRequested)
    }
}
