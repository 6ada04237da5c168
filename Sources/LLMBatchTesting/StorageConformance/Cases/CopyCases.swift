import LLMBatchCore

extension StorageConformance {
    /// A copy gives the same answer to every query, appears as a whole, and replaces an older one.
    static let copying: [Case] = copyEquality + copyReplacement

    private static let copyEquality = [
        Case(
            "copy: a batch with all kinds of rows is the same in every query",
            two: { source, target in
                try await expectSame(try await source.eventful().batch, source, target)
            }),
        Case(
            "copy: the origin of an imported batch is kept and can be filtered by",
            two: { source, target in
                let imported = try await source.draft(2)
                let own = try await target.draft(2)
                try await Copying(batch: imported, source: source, target: target, importedFrom: "a.db").run()
                let record = try require(try await target.batch(imported), "the copy")
                try expect(record.importedAt, equals: Fixture.date(3))
                try expect(record.importedFrom, equals: "a.db")
                try await expect(target.batches(BatchQuery(isImported: true)).elements.map(\.id), equals: [imported])
                try await expect(target.batches(BatchQuery(isImported: false)).elements.map(\.id), equals: [own])
                try await source.deleteBatch(imported)
                try await expectSame(imported, target, source)
            }),
        Case(
            "copy: a draft is the same",
            two: { source, target in
                try await expectSame(try await source.draft(5, Fixture.batch(name: "d")), source, target)
            }),
        Case(
            "copy: a batch with an ended attempt is the same, its counts frozen",
            two: { source, target in
                try await expectSame(try await halfAnswered(source).batch, source, target)
            }),
        Case(
            "copy: a batch under retry is the same",
            two: { source, target in
                let drive = try await halfAnswered(source)
                try await drive.plan([1, 3], attempt: 2)
                try await expectSame(drive.batch, source, target)
            }),
        Case(
            "copy: a success before a later failure is still the answer",
            two: { source, target in
                let drive = try await source.driven(2)
                try await drive.answer([0, 1])
                try await drive.end()
                try await drive.plan([0], attempt: 2)
                try await drive.answer([0], .errored, attempt: 2)
                try await drive.end(attempt: 2)
                try await expectSame(drive.batch, source, target)
                try await expect(target.allResults(drive.batch).map(\.job.attempt), equals: [1, 1])
            }),
        Case(
            "copy: lines and ids of every kind of byte are the same",
            two: { source, target in
                let new = Fixture.batch()
                try await source.beginBatch(new)
                let bytes = (0...255).map { UInt8($0) }
                try await source.appendRequests([Fixture.request(0, id: "\u{E9}", line: bytes)], to: new.id)
                try await source.appendRequests([Fixture.request(1, id: "e\u{301}", line: [])], to: new.id)
                _ = try await source.sealBatch(new.id, contentSHA256: Fixture.digest)
                try await expectSame(new.id, source, target)
            }),
        Case(
            "copy: a copy of a copy is the same",
            two: { source, target in
                let drive = try await source.eventful()
                try await Copying(batch: drive.batch, source: source, target: target).run()
                try await source.deleteBatch(drive.batch)
                try await expectSame(drive.batch, target, source)
            }),
        Case(
            "copy: a copy can be claimed and driven on",
            two: { source, target in
                let drive = try await halfAnswered(source)
                try await Copying(batch: drive.batch, source: source, target: target).run()
                let copy = Drive(storage: target, batch: drive.batch, claim: try await target.hold(drive.batch))
                try await copy.plan([1, 2, 3], attempt: 2)
                try await copy.answer([1, 2, 3], attempt: 2)
                try await copy.end(attempt: 2)
                try await expect(copy.record().counts, equals: OutcomeCounts(requested: 4, ended: [.succeeded: 4]))
                try await expect(drive.record().attempts, equals: 1, "the source")
            }),
        Case(
            "copy: lines read before the copy count as repeated after it",
            two: { source, target in
                let drive = try await source.driven(2)
                try await drive.answer([0])
                _ = try await source.ingest([Fixture.result(9)], into: drive.job(), claim: drive.claim)
                try await Copying(batch: drive.batch, source: source, target: target).run()
                let copy = Drive(storage: target, batch: drive.batch, claim: try await target.hold(drive.batch))
                let report = try await copy.answer([0, 1, 9])
                try expect([report.stored, report.repeated], equals: [1, 1])
                try await expect(copy.record().anomalies, equals: 1)
            }),
    ]

    private static func expectSame(_ batch: BatchID, _ source: any BatchStorage, _ target: any BatchStorage)
        async throws
    {
        try await Copying(batch: batch, source: source, target: target).run()
        let (original, copy) = (
            try await BatchContents(of: batch, in: source), try await BatchContents(of: batch, in: target)
        )
        try expect(copy, equals: original, "the copy")
    }

    private static let copyReplacement = [
        Case(
            "copy: a copy is invisible before it is sealed",
            two: { source, target in
                let drive = try await source.eventful()
                let copying = Copying(batch: drive.batch, source: source, target: target)
                try await copying.begin()
                try await expect(target.batch(drive.batch), equals: nil)
                try await copying.fill()
                try await expect(target.batch(drive.batch), equals: nil)
                try await expect(target.batches(BatchQuery()).elements, equals: [])
                try await expect(target.batches(containing: "r0", limit: 9), equals: [])
                try await expectRefusal(.notFound) { _ = try await target.requests(RequestQuery(batch: drive.batch)) }
            }),
        Case(
            "copy: a newer copy replaces the older one",
            two: { source, target in
                let drive = try await source.driven(3)
                var state = Fixture.submitted()
                state.token = "token-kept"
                try await source.saveProviderJob(drive.job(), state: state, claim: drive.claim)
                try await Copying(batch: drive.batch, source: source, target: target).run()
                try await drive.answer([0, 1])
                state.phase = .ended
                state.endedAt = Fixture.date(30)
                state.remoteStatus = .expired
                _ = try await source.endProviderJob(
                    drive.job(), state: state, closing: state.closing, claim: drive.claim)
                try await Copying(batch: drive.batch, source: source, target: target).run()
                try expect(
                    try await BatchContents(of: drive.batch, in: target),
                    equals: try await BatchContents(of: drive.batch, in: source),
                    "the newer copy")
                try await expect(target.batches(BatchQuery()).elements.count, equals: 1)
            }),
        Case(
            "copy: an older copy stays unchanged until the newer one is sealed",
            two: { source, target in
                let drive = try await source.driven(3)
                try await Copying(batch: drive.batch, source: source, target: target).run()
                let before = try await BatchContents(of: drive.batch, in: target)
                try await drive.answer([0, 1])
                let copying = Copying(batch: drive.batch, source: source, target: target)
                try await copying.begin()
                try await copying.fill()
                try expect(try await BatchContents(of: drive.batch, in: target), equals: before, "before the seal")
                try await target.sealRestore(drive.batch)
                try await expect(target.batch(drive.batch)?.counts.finished, equals: 2)
            }),
        Case(
            "copy: an abandoned copy is begun again from nothing",
            two: { source, target in
                let drive = try await source.eventful()
                let copying = Copying(batch: drive.batch, source: source, target: target)
                try await copying.begin()
                try await copying.fillRequests()
                try await expectSame(drive.batch, source, target)
            }),
        Case(
            "copy: a claim of the replaced copy is stale",
            two: { source, target in
                let drive = try await source.driven(3)
                try await Copying(batch: drive.batch, source: source, target: target).run()
                let old = Drive(storage: target, batch: drive.batch, claim: try await target.hold(drive.batch, "old"))
                try await Copying(batch: drive.batch, source: source, target: target).run()
                try await target.expectUnchanged(drive.batch, .heldElsewhere, "before a new claim") {
                    try await old.answer([0])
                }
                let new = try await target.hold(drive.batch, "new")
                try expect(new.fence > old.claim.fence, "the fence goes on growing")
                try await target.expectUnchanged(drive.batch, .heldElsewhere, "after a new claim") {
                    try await old.answer([0])
                }
            }),
        Case(
            "copy: other batches of the target stay unchanged",
            two: { source, target in
                let other = try await target.eventful(Fixture.batch(name: "other"))
                let before = try await BatchContents(of: other.batch, in: target)
                let drive = try await source.eventful()
                for _ in 0..<2 { try await Copying(batch: drive.batch, source: source, target: target).run() }
                try expect(try await BatchContents(of: other.batch, in: target), equals: before, "the other batch")
            }),
    ]
}
