import LLMBatchCore

/// A random life of a few batches in a storage, next to a model of what the storage should contain.
struct RandomWalk {
    private var generator: SeededGenerator
    private let storage: any BatchStorage
    private var models: [ModelBatch] = []
    /// The last step, for the message of a failure.
    private(set) var lastStep = "at the start"

    init(seed: UInt64, storage: any BatchStorage) {
        generator = SeededGenerator(seed: seed)
        self.storage = storage
    }

    mutating func step() async throws {
        guard let index = models.indices.randomElement(using: &generator), !chance(1, of: 10) || models.count > 3 else {
            return try await make()
        }
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: try await remove(index)
        case 1: try await cancel(index)
        case 2: try await claimAgain(index)
        case 3: try await stray(index)
        case 4...8 where models[index].attempts.last?.status == nil && !models[index].attempts.isEmpty:
            try await end(index)
        case _
        where models[index].open.isEmpty && models[index].attempts.last?.status != nil || models[index].attempts.isEmpty:
            try await plan(index)
        default: try await answer(index)
        }
    }

    private mutating func chance(_ part: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &generator) < part
    }

    private mutating func make() async throws {
        let count = Int.random(in: 1...9, using: &generator)
        lastStep = "making a batch of \(count)"
        let drive = try await storage.claimed(count, Fixture.batch(name: "walk-\(generator.next())"))
        models.append(ModelBatch(drive: drive, count: count))
    }

    private mutating func remove(_ index: Int) async throws {
        lastStep = "removing batch \(index)"
        try await storage.deleteBatch(models.remove(at: index).drive.batch)
    }

    private mutating func cancel(_ index: Int) async throws {
        lastStep = "wishing to cancel batch \(index)"
        try await storage.requestCancel(of: models[index].drive.batch)
        models[index].cancelRequested = true
    }

    /// Claims a batch again. What the old claim then tries must be rejected.
    private mutating func claimAgain(_ index: Int) async throws {
        lastStep = "claiming batch \(index) again"
        let old = models[index]
        let drive = Drive(storage: storage, batch: old.drive.batch, claim: try await storage.hold(old.drive.batch))
        try expect(drive.claim.fence > old.drive.claim.fence, "the fence grows")
        try await expectRefusal(.heldElsewhere) { try await storage.renew(old.drive.claim, until: Fixture.date(9)) }
        models[index] = ModelBatch(
            drive: drive, count: old.count, attempts: old.attempts, anomalies: old.anomalies,
            cancelRequested: old.cancelRequested)
    }

    private mutating func stray(_ index: Int) async throws {
        guard !models[index].attempts.isEmpty else { return }
        lastStep = "a stray line in batch \(index)"
        let line = 1000 + models[index].anomalies
        _ = try await storage.ingest(
            [Fixture.result(0, id: "stray", sourceLine: line)],
            into: models[index].drive.job(models[index].attempts.count),
            claim: models[index].drive.claim)
        models[index].anomalies += 1
    }

    private mutating func plan(_ index: Int) async throws {
        let model = models[index]
        let unsuccessful = (0..<model.count).filter { model.standing($0) != .succeeded }
        let positions = model.attempts.isEmpty ? Array(0..<model.count) : unsuccessful.filter { _ in chance(2, of: 3) }
        guard !positions.isEmpty else { return }
        lastStep = "planning \(positions) of batch \(index)"
        try await model.drive.plan(positions, attempt: model.attempts.count + 1)
        models[index].attempts.append(
            ModelBatch.Attempt(outcomes: Dictionary(uniqueKeysWithValues: positions.map { ($0, nil) })))
        if models[index].attempts.count > 1 { models[index].cancelRequested = false }
    }

    private mutating func answer(_ index: Int) async throws {
        let model = models[index]
        let held = model.attempts.last?.outcomes.keys.sorted() ?? []
        let outcomes: [Outcome] = [.succeeded, .succeeded, .errored, .invalid, .expired]
        for position in held.filter({ _ in chance(1, of: 2) }) {
            // A line that is read again is identical.
            let known = model.attempts.last?.outcomes[position] ?? nil
            if known != nil, model.attempts.last?.status != nil { continue }
            let outcome = known ?? outcomes.randomElement(using: &generator) ?? .succeeded
            lastStep = "answering \(position) of batch \(index) \(outcome)"
            let report = try await model.drive.answer([position], outcome, attempt: model.attempts.count)
            try expect(known == nil ? report.stored : report.repeated, equals: 1, "stored or repeated")
            models[index].attempts[model.attempts.count - 1].outcomes[position] = .some(outcome)
        }
    }

    private mutating func end(_ index: Int) async throws {
        let model = models[index]
        let status =
            [BatchStatus.completed, .expired, .cancelled, .failed].randomElement(using: &generator) ?? .completed
        lastStep = "ending batch \(index) \(status)"
        let counts = try await model.drive.end(status, attempt: model.attempts.count)
        try expect(counts.open, equals: 0, "open after the end")
        let last = model.attempts.count - 1
        for position in model.open {
            models[index].attempts[last].outcomes[position] = .some(Fixture.ended(status).closing.outcome)
        }
        models[index].attempts[last].status = status
    }
}

extension RandomWalk {
    /// Compares every query of the storage with the model.
    func compare() async throws {
        try await expect(storage.allBatches(), equals: models.map(\.drive.batch).reversed(), "the list of batches")
        for model in models { try await compare(model) }
    }

    private func compare(_ model: ModelBatch) async throws {
        let batch = model.drive.batch
        let record = try await model.drive.record()
        try expect(record.counts, equals: model.counts, "the counts")
        try expect(record.status, equals: model.status, "the status")
        try expect(record.attempts, equals: model.attempts.count, "the attempts")
        try expect(record.anomalies, equals: model.anomalies, "the anomalies")
        try expect(record.cancelRequested, equals: model.cancelRequested, "the wish to cancel")
        try expect(record.finishedAt != nil, equals: record.status.isFinal, "an end")
        let everything = 0..<model.count
        let standings = everything.map { model.standing($0) }
        try await expect(storage.allRequests(batch).map(\.outcome), equals: standings, "the requests")
        let open = everything.filter { standings[$0] == nil }
        try await expect(storage.allRequests(batch, .open).map(\.position), equals: open, "what is open")
        let unsuccessful = everything.filter { standings[$0].map { $0 != .succeeded } ?? false }
        try await expect(
            storage.allRequests(batch, .outcomes(Outcome.unsuccessful)).map(\.position), equals: unsuccessful,
            "the unsuccessful")
        let results = try await storage.allResults(batch)
        try expect(results.map(\.outcome), equals: everything.compactMap { model.answer($0)?.outcome }, "the results")
        try expect(
            results.map(\.job.attempt), equals: everything.compactMap { model.answer($0)?.attempt }, "their attempts")
        for position in everything {
            let outcomes = model.attempts.compactMap { $0.outcomes[position] }
            let tries = try await storage.history(of: batch, customID: Fixture.id(position))
            try expect(tries.map(\.result?.outcome), equals: outcomes, "the history of \(position)")
        }
    }
}
