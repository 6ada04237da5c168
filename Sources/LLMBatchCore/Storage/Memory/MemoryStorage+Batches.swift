package import Foundation

extension MemoryStorage {
    package func beginBatch(_ batch: NewBatch) async throws {
        try batch.check()
        guard all[batch.id] == nil else { throw LLMBatchError.batchExists(batch.id) }
        all[batch.id] = MemoryBatch(new: batch, serial: nextSerial(), begunAt: now())
    }

    package func sealBatch(_ id: BatchID, contentSHA256: [UInt8]) async throws -> BatchRecord {
        var batch = try unsealed(id)
        try checkName(of: batch)
        batch.contentSHA256 = contentSHA256
        batch.isVisible = true
        all[id] = batch
        return batch.record()
    }

    package func deleteBatch(_ id: BatchID) async throws {
        all[id] = nil
        answered = AnsweredContents()
    }

    package func sweepUnsealed(before date: Date) async throws -> Int {
        let stale = all.values.filter { !$0.isVisible && $0.begunAt < date }.map(\.new.id)
        for id in stale { all[id] = nil }
        let staleCopies = copies.values.filter { $0.begunAt < date }.map(\.new.id)
        for id in staleCopies { copies[id] = nil }
        for id in Array(all.keys) { all[id]?.attempts.removeAll { !$0.isSealed && $0.attempt.createdAt < date } }
        return stale.count + staleCopies.count
    }

    package func batch(_ id: BatchID) async throws -> BatchRecord? {
        all[id].flatMap { $0.isVisible ? $0.record() : nil }
    }

    package func batches(_ query: BatchQuery) async throws -> Page<BatchRecord> {
        let visible = all.values.filter(\.isVisible).sorted { $0.serial > $1.serial }
        if let cursor = query.after, all[cursor] == nil { throw LLMBatchError.cursorGone(cursor) }
        let after = query.after.flatMap { all[$0]?.serial } ?? Int.max
        let found = visible.lazy.filter { $0.serial < after }.map { ($0.record(), $0.requests.first?.request) }
            .filter { query.matches($0.0, first: $0.1) }.map(\.0)
        return Page(overfull: Array(found.dropFirst(query.offset).prefix(query.limit + 1)), limit: query.limit)
    }

    package func requestCancel(of id: BatchID) async throws {
        _ = try visible(id)
        all[id]?.cancelRequested = true
    }

    package func isCancelRequested(_ id: BatchID) async throws -> Bool {
        try visible(id).cancelRequested
    }

    /// Names are compared by their bytes, as in a database.
    func checkName(of batch: MemoryBatch) throws {
        guard let name = batch.new.name else { return }
        let isTaken = all.values.contains { other in
            other.isVisible && other.new.id != batch.new.id && name.hasSameBytes(as: other.new.name)
        }
        if isTaken { throw LLMBatchError.nameTaken(name) }
    }

    func unsealed(_ id: BatchID) throws -> MemoryBatch {
        guard let batch = all[id] else { throw LLMBatchError.noBatch(id) }
        guard !batch.isVisible else { throw LLMBatchError.sealed(id) }
        return batch
    }
}
