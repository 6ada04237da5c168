import LLMBatchCore

extension StorageConformance {
    /// Every attempt at one request.
    static let history = [
        Case("history: a request that was never sent has none") { storage in
            let batch = try await storage.draft(2)
            try await expect(storage.history(of: batch, customID: "r0"), equals: [])
        },
        Case("history: an id that the batch does not have has none") { storage in
            let drive = try await storage.driven(2)
            try await expect(storage.history(of: drive.batch, customID: "other"), equals: [])
        },
        Case("history: a try that is open has no result") { storage in
            let drive = try await storage.driven(2)
            let tries = try await storage.history(of: drive.batch, customID: "r1")
            try expect(tries.map(\.job), equals: [drive.job()])
            try expect(tries.map(\.result), equals: [nil])
            try expect(tries.map(\.attempt), equals: [Fixture.attempt(1)])
        },
        Case("history: only the attempts that include a request are its tries") { storage in
            let drive = try await halfAnswered(storage)
            try await drive.plan([1, 3], attempt: 2)
            try await drive.answer([1], .errored, attempt: 2)
            try await drive.end(attempt: 2)
            try await drive.plan([3], attempt: 3)
            let numbers = try await Fixture.ids(0..<4).asyncMap { id in
                try await storage.history(of: drive.batch, customID: id).map(\.attempt.number)
            }
            try expect(numbers, equals: [[1], [1, 2], [1], [1, 2, 3]])
        },
        Case("history: it has every result with its job's remote id, whatever the current answer") { storage in
            let drive = try await storage.eventful()
            let tries = try await storage.history(of: drive.batch, customID: "r3")
            try expect(tries.map(\.result?.outcome), equals: [.expired, .succeeded])
            try expect(tries.map(\.job), equals: [drive.job(1), drive.job(2)])
            try expect(tries.map(\.remoteID), equals: ["batch_one", nil])
            try expect(tries.first?.attempt.account?.project, equals: "p")
        },
        Case("history: it has the current result unchanged") { storage in
            let drive = try await storage.eventful()
            for result in try await storage.allResults(drive.batch) {
                let tries = try await storage.history(of: drive.batch, customID: result.customID)
                try expect(tries.compactMap(\.result).contains(result), "\(result.customID)")
            }
        },
        Case("history: a request in the second of several jobs names that job") { storage in
            let drive = try await storage.driven(6, jobs: 3)
            try await expect(storage.history(of: drive.batch, customID: "r3").map(\.job), equals: [drive.job(1, 2)])
        },
    ]
}

extension Sequence {
    /// The results of an asynchronous transformation of each element, one after another.
    func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
