import LLMBatchCore

extension StorageConformance {
    /// Looking up answers by request contents. For storages that do not support it, the cases check nothing.
    static let reuse = [
        Case("reuse: an answer is found by its content once its job has ended") { storage in
            guard let finding = storage as? any AnswerLookup else { return }
            let drive = try await storage.driven(3)
            try await drive.answer([0, 1])
            try await drive.answer([2], .errored)
            try await expect(finding.answers(to: contents(0..<3)).count, equals: 0)
            try await drive.end()
            let found = try await finding.answers(to: contents(0..<3))
            try expect(Set(found.keys), equals: Set(contents(0..<2)))
            try await expect(
                found[contents(0..<1)[0]], equals: storage.results(of: drive.batch, customIDs: ["r0"]).first)
        },
        Case("reuse: another model, address or option makes another key; a pause does not") { storage in
            guard let finding = storage as? any AnswerLookup else { return }
            let drive = try await storage.driven(1)
            try await drive.answer([0])
            try await drive.end()
            func isFound(_ change: (inout ProviderSettings) -> Void) async throws -> Bool {
                var settings = Fixture.settings
                change(&settings)
                let content = ReuseKey(Fixture.request(0).request, provider: settings)
                return try await finding.answers(to: [content])[content] != nil
            }
            try await expect(isFound { _ in }, equals: true)
            try await expect(isFound { $0.options["backoff"] = "7" }, equals: true)
            try await expect(isFound { $0.keySource = "env:OTHER" }, equals: true)
            try await expect(isFound { $0.model = "another" }, equals: false)
            try await expect(isFound { $0.name = "another" }, equals: false)
            try await expect(isFound { $0.baseURL = "https://elsewhere.example/v1" }, equals: false)
            try await expect(isFound { $0.options["native"] = "true" }, equals: false)
        },
        Case("reuse: an answer belongs to the line that was sent") { storage in
            guard let finding = storage as? any AnswerLookup else { return }
            let drive = try await storage.claimed(1)
            try await drive.plan([0], asking: [0: #"{"body":{"narrow":1}}"#])
            try await drive.answer([0])
            try await drive.end()
            let own = Fixture.request(0).request
            let narrow = BatchRequest(
                customID: own.customID, endpoint: own.endpoint, model: own.model,
                line: Array(#"{"body":{"narrow":1}}"#.utf8))
            let asked = ReuseKey(narrow, provider: Fixture.settings)
            try await expect(Set(finding.answers(to: contents(0..<1) + [asked]).keys), equals: [asked])
        },
        Case("reuse: an answer of a later attempt is found, one of a removed batch is not") { storage in
            guard let finding = storage as? any AnswerLookup else { return }
            let drive = try await storage.driven(2)
            try await drive.answer([0, 1], .errored)
            try await drive.end()
            try await expect(finding.answers(to: contents(0..<2)).count, equals: 0)
            try await drive.plan([1], attempt: 2)
            try await drive.answer([1], attempt: 2)
            try await drive.end(attempt: 2)
            try await expect(Set(finding.answers(to: contents(0..<2)).keys), equals: Set(contents(1..<2)))
            try await storage.deleteBatch(drive.batch)
            try await expect(finding.answers(to: contents(0..<2)).count, equals: 0)
        },
        Case("reuse: with two batches either answer is found; with one left, its own") { storage in
            guard let finding = storage as? any AnswerLookup else { return }
            var drives: [Drive] = []
            for _ in 0..<2 {
                let drive = try await storage.driven(1)
                try await drive.answer([0])
                try await drive.end()
                drives.append(drive)
            }
            try await expect(finding.answers(to: contents(0..<1)).count, equals: 1)
            try await storage.deleteBatch(drives[0].batch)
            let found = try await finding.answers(to: contents(0..<1)).values.first
            try expect(found?.job.batch, equals: drives[1].batch)
        },
        Case(
            "reuse: a reused result is marked, in a copy too",
            two: { storage, other in
                guard storage is any AnswerLookup else { return }
                let drive = try await storage.driven(2)
                var reused = Fixture.result(0)
                reused.source = .reused
                _ = try await storage.ingest([reused, Fixture.result(1)], into: drive.job(), claim: drive.claim)
                try await drive.end()
                try await expect(storage.allResults(drive.batch).map(\.isReused), equals: [true, false])
                let history = try await storage.history(of: drive.batch, customID: "r0")
                try expect(history.map { $0.result?.isReused }, equals: [true])
                try await Copying(batch: drive.batch, source: storage, target: other).run()
                try await expect(other.allResults(drive.batch).map(\.isReused), equals: [true, false])
            }),
        Case(
            "reuse: the answers of a copy are found once it is visible",
            two: { storage, other in
                guard let finding = other as? any AnswerLookup else { return }
                let drive = try await storage.driven(3)
                try await drive.answer(0..<3)
                try await drive.end()
                try await expect(finding.answers(to: contents(0..<3)).count, equals: 0)
                try await Copying(batch: drive.batch, source: storage, target: other).run()
                try await expect(finding.answers(to: contents(0..<3)).count, equals: 3)
            }),
        Case(
            "reuse: the answers of an imported batch are found only on request, and only if there are no others",
            two: { storage, other in
                guard let finding = other as? any AnswerLookup else { return }
                let drive = try await storage.driven(2)
                try await drive.answer(0..<2)
                try await drive.end()
                let copying = Copying(batch: drive.batch, source: storage, target: other, importedFrom: "a.db")
                try await copying.run()
                try await expect(finding.answers(to: contents(0..<2), fromImports: false).count, equals: 0)
                try await expect(finding.answers(to: contents(0..<2), fromImports: true).count, equals: 2)
                let own = try await other.driven(1)
                try await own.answer([0])
                try await own.end()
                for fromImports in [false, true] {
                    let found = try await finding.answers(to: contents(0..<1), fromImports: fromImports)
                    try expect(found.values.map(\.job.batch), equals: [own.batch])
                }
            }),
        Case("reuse: thousands of answers are found") { storage in
            guard let finding = storage as? any AnswerLookup else { return }
            let drive = try await storage.driven(2500)
            try await drive.answer(0..<2500)
            try await drive.end()
            for start in stride(from: 0, to: 2500, by: 500) {
                let found = try await finding.answers(to: contents(start..<start + 500))
                try expect(found.count, equals: 500)
            }
        },
    ]

    private static func contents(_ positions: Range<Int>) -> [ReuseKey] {
        positions.map { ReuseKey(Fixture.request($0).request, provider: Fixture.settings) }
    }
}
