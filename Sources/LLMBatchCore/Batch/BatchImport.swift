import Foundation

/// Imports the requests of a source into a storage as one batch, atomically.
package struct BatchImport {
    let source: RequestSource
    let storage: any BatchStorage
    /// The definition of a typed job, as JSON text; nil for a plain batch.
    package var definition: String?

    package init(source: RequestSource, storage: any BatchStorage, definition: String? = nil) {
        self.source = source
        self.storage = storage
        self.definition = definition
    }

    /// - Parameter existing: given the hash of what was read, the batch that takes the place of the new one; nil when
    ///   there is none.
    package func run(
        name: String?, metadata: [String: String], provider: ProviderSettings,
        unless existing: ([UInt8]) async throws -> BatchID? = { _ in nil }
    ) async throws -> BatchID {
        if let name { try BatchName.check(name) }
        let id = BatchID.random()
        do {
            let content = try await store(id) { endpoint in
                NewBatch(
                    id: id, name: name, endpoint: endpoint, metadata: metadata, provider: provider,
                    definition: definition, createdAt: .thisMillisecond)
            }
            return try await KeyedLock.openings.taking(content.map { String($0, radix: 16) }.joined()) {
                try await seal(id, content, unless: existing)
            }
        } catch {
            let storage = storage
            // A remainder that cannot be removed now is swept later; the first error is the one to report.
            try? await shielded { try await storage.deleteBatch(id) }
            throw error
        }
    }

    /// Stores the requests of the source, each chunk while the next one is read.
    ///
    /// - Parameter batch: the batch to begin with the first request, given its endpoint.
    /// - Returns: the hash of the content.
    private func store(_ id: BatchID, _ batch: (Endpoint) -> NewBatch) async throws -> [UInt8] {
        var hash = ContentHash()
        var hasBegun = false
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await source.read { requests in
                guard let first = requests.first else { return }
                for request in requests { hash.add(request.request.line) }
                if !hasBegun {
                    hasBegun = true
                    try await storage.beginBatch(batch(first.request.endpoint))
                }
                // One chunk is on its way at a time, so that they arrive in order and memory stays bounded.
                try await group.next()
                group.addTask {
                    Failpoint.importBeforeChunk.pass()
                    try await append(requests, to: id)
                    Failpoint.importAfterChunk.pass()
                }
            }
            try await group.next()
        }
        return hash.finish()
    }

    /// Makes the draft visible, or removes it where another batch takes its place.
    private func seal(
        _ id: BatchID, _ content: [UInt8], unless existing: ([UInt8]) async throws -> BatchID?
    ) async throws -> BatchID {
        if let found = try await existing(content) { return await instead(of: id, found) }
        Failpoint.importBeforeSeal.pass()
        do { _ = try await storage.sealBatch(id, contentSHA256: content) } catch let error as LLMBatchError
            where error.code == .nameTaken
        {
            // Another process may have created the same batch meanwhile.
            guard let found = try await existing(content) else { throw error }
            return await instead(of: id, found)
        }
        Failpoint.importAfterSeal.pass()
        return id
    }

    /// What cannot be removed now is swept later.
    private func instead(of draft: BatchID, _ found: BatchID) async -> BatchID {
        let storage = storage
        try? await shielded { try await storage.deleteBatch(draft) }
        return found
    }

    /// The storage knows lines, not files; this adds the name of the file.
    private func append(_ requests: [NewRequest], to id: BatchID) async throws {
        do {
            try await storage.appendRequests(requests, to: id)
        } catch let error as LLMBatchError where error.code == .invalidInput {
            // `line 4: …` becomes `FILE:4: …`, as everywhere else.
            let message = error.message
            let place = message.hasPrefix("line ") ? ":\(message.dropFirst("line ".count))" : ": \(message)"
            throw LLMBatchError(.invalidInput, source.name + place, remedy: error.remedy)
        }
    }
}

extension RequestSource {
    /// The SHA-256 of the request lines in order, each with a line feed, which will be ``BatchRecord/contentSHA256``.
    ///
    /// Reads and checks the whole source.
    ///
    /// - Throws: `invalidInput` with file, line and reason; `file`.
    public func contentSHA256() async throws -> [UInt8] {
        var hash = ContentHash()
        try await read { requests in
            for request in requests { hash.add(request.request.line) }
        }
        return hash.finish()
    }
}

/// The rules for batch names. A name is typed by people, and must not look like anything else they type.
package enum BatchName {
    /// - Throws: `invalidConfiguration` for an invalid name.
    package static func check(_ name: String) throws {
        guard !name.isEmpty, name.count <= 200, !name.hasPrefix("@"),
            !name.unicodeScalars.contains(where: { $0.value < 0x20 })
        else {
            throw LLMBatchError(
                .invalidConfiguration, "the batch name is invalid",
                remedy: "A name has 1 to 200 characters, no control characters, and does not begin with @")
        }
    }
}
