/// Serialises the copies of one batch within this process; copies of different batches run concurrently.
actor CopyLock {
    static let shared = CopyLock()

    private var waiting: [BatchID: [CheckedContinuation<Void, Never>]] = [:]

    nonisolated func taking<Value>(_ batch: BatchID, _ body: () async throws -> Value) async throws -> Value {
        await take(batch)
        do {
            try Task.checkCancellation()
            let value = try await body()
            await give(batch)
            return value
        } catch {
            await give(batch)
            throw error
        }
    }

    private func take(_ batch: BatchID) async {
        guard waiting[batch] != nil else { return waiting[batch] = [] }
        await withCheckedContinuation { waiting[batch]?.append($0) }
    }

    private func give(_ batch: BatchID) {
        if waiting[batch]?.isEmpty == false {
            waiting[batch]?.removeFirst().resume()
        } else {
            waiting[batch] = nil
        }
    }
}
