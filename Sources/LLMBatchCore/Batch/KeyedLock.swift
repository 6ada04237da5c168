/// Serialises work on the same thing within this process; work on different things runs concurrently.
actor KeyedLock {
    /// One copy of a batch at a time.
    static let copies = KeyedLock()
    /// One opening of the same requests at a time.
    static let openings = KeyedLock()

    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    nonisolated func taking<Value>(_ key: String, _ body: () async throws -> Value) async throws -> Value {
        await take(key)
        do {
            try Task.checkCancellation()
            let value = try await body()
            await give(key)
            return value
        } catch {
            await give(key)
            throw error
        }
    }

    private func take(_ key: String) async {
        guard waiting[key] != nil else { return waiting[key] = [] }
        await withCheckedContinuation { waiting[key]?.append($0) }
    }

    private func give(_ key: String) {
        if waiting[key]?.isEmpty == false {
            waiting[key]?.removeFirst().resume()
        } else {
            waiting[key] = nil
        }
    }
}
