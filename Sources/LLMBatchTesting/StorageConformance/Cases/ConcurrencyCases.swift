import LLMBatchCore

extension StorageConformance {
    /// Many concurrent callers.
    static let concurrency = [
        Case("concurrency: concurrent chunks stay in their batches") { storage in
            let ids = try await (0..<8).concurrentMap { number in
                let new = Fixture.batch(name: "many-\(number)")
                try await storage.beginBatch(new)
                for chunk in 0..<5 {
                    try await storage.appendRequests(Fixture.requests(chunk * 10..<chunk * 10 + 10), to: new.id)
                }
                return try await storage.sealBatch(new.id, contentSHA256: [UInt8(number)]).id
            }
            for id in ids {
                try await expect(
                    storage.allRequests(id, pageSize: 20).map(\.request.customID), equals: Fixture.ids(0..<50))
            }
            try await expect(storage.batches(BatchQuery()).elements.count, equals: 8)
        },
        Case("concurrency: exactly one of many concurrent claims is granted") { storage in
            let batch = try await storage.draft(1)
            let claims = try await (0..<16).concurrentMap { number -> Claim? in
                do { return try await storage.hold(batch, "runner-\(number)") } catch let error as LLMBatchError {
                    try expect(error.code, equals: .heldElsewhere)
                    return nil
                }
            }
            try expect(claims.compactMap(\.self).count, equals: 1)
        },
        Case("concurrency: exactly one of many concurrent seals with one name succeeds") { storage in
            let won = try await (0..<8).concurrentMap { _ -> Bool in
                do {
                    _ = try await storage.draft(1, Fixture.batch(name: "one"))
                    return true
                } catch let error as LLMBatchError {
                    try expect(error.code, equals: .nameTaken)
                    return false
                }
            }
            try expect(won.filter(\.self).count, equals: 1)
            try await expect(storage.batches(BatchQuery(name: "one")).elements.count, equals: 1)
        },
        Case("concurrency: concurrent chunks of results are all stored") { storage in
            let drive = try await storage.driven(80)
            let reports = try await (0..<8).concurrentMap { chunk in
                try await drive.answer(chunk * 10..<chunk * 10 + 10)
            }
            try expect(reports.map(\.stored).reduce(0, +), equals: 80)
            try await expect(drive.end(), equals: OutcomeCounts(requested: 80, ended: [.succeeded: 80]))
        },
        Case("concurrency: the same results in concurrent chunks are stored once") { storage in
            let drive = try await storage.driven(20)
            let reports = try await (0..<6).concurrentMap { _ in try await drive.answer(0..<20) }
            try expect(reports.map(\.stored).reduce(0, +), equals: 20)
            try expect(reports.map(\.repeated).reduce(0, +), equals: 100)
            try await expect(drive.record().anomalies, equals: 0)
        },
        Case("concurrency: two jobs that end concurrently end the batch") { storage in
            let drive = try await storage.driven(40, jobs: 4)
            _ = try await (1...4).concurrentMap { index in try await drive.end(.expired, job: index, at: Double(index))
            }
            let record = try await drive.record()
            try expect(record.status, equals: .expired)
            try expect(record.finishedAt, equals: Fixture.date(4))
            try expect(record.counts, equals: OutcomeCounts(requested: 40, ended: [.expired: 40]))
        },
        Case("concurrency: a reader never sees part of a chunk") { storage in
            let drive = try await storage.driven(60)
            let seen = try await (0..<12).concurrentMap { number -> [Int] in
                if number % 2 == 0 {
                    try await drive.answer(number / 2 * 10..<number / 2 * 10 + 10)
                    return []
                }
                return try await (0..<5).asyncMap { _ in try await drive.record().counts.finished }
            }
            try expect(seen.joined().allSatisfy { $0 % 10 == 0 }, "whole chunks: \(Array(seen.joined()))")
        },
    ]
}

extension Sequence where Element == Int {
    /// The results of a transformation, run for all elements concurrently.
    fileprivate func concurrentMap<Value: Sendable>(
        _ transform: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: Value.self) { group in
            for element in self { group.addTask { try await transform(element) } }
            var values: [Value] = []
            for try await value in group { values.append(value) }
            return values
        }
    }
}
