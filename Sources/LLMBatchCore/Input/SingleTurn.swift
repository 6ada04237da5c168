import Synchronization

/// Lets a stream be read once, since it cannot be read again from its start.
final class SingleTurn: Sendable {
    private let name: String
    private let isTaken = Mutex(false)

    init(name: String) { self.name = name }

    /// - Throws: `invalidInput` after the first time.
    func take() throws(LLMBatchError) {
        let wasTaken = isTaken.withLock { taken in
            defer { taken = true }
            return taken
        }
        guard !wasTaken else {
            throw LLMBatchError(
                .invalidInput, "\(name) has been read already, and a stream can be read only once",
                remedy: "Create a source for each use, or keep the bytes")
        }
    }
}
