import Crypto
import Foundation

/// Brings the requests of a source into a storage as one batch, wholly or not at all.
struct BatchImport {
    let source: RequestSource
    let storage: any BatchStorage
    /// What makes the batch a job.
    var definition: JobDefinition?

    func run(name: String?, metadata: [String: String], provider: ProviderSettings) async throws -> BatchID {
        if let name { try BatchName.check(name) }
        let id = BatchID.random()
        do {
            var hash = SHA256()
            var hasBegun = false
            try await source.read { requests in
                for request in requests {
                    hash.update(data: request.request.line)
                    hash.update(data: [0x0A])
                }
                guard let first = requests.first else { return }
                if !hasBegun {
                    hasBegun = true
                    try await storage.beginBatch(
                        NewBatch(
                            id: id, name: name, endpoint: first.request.endpoint, metadata: metadata,
                            provider: provider,
                            definition: definition.map { String(decoding: $0.json, as: UTF8.self) },
                            createdAt: .thisMillisecond))
                }
                Failpoint.importBeforeChunk.pass()
                try await append(requests, to: id)
                Failpoint.importAfterChunk.pass()
            }
            Failpoint.importBeforeSeal.pass()
            _ = try await storage.sealBatch(id, contentSHA256: Array(hash.finalize()))
            Failpoint.importAfterSeal.pass()
            return id
        } catch {
            let storage = storage
            // What cannot be removed now is swept later; the first error is the one to tell.
            try? await shielded { try await storage.deleteBatch(id) }
            throw error
        }
    }

    /// The storage knows lines, not files; the file's name is added here.
    private func append(_ requests: [NewRequest], to id: BatchID) async throws {
        do {
            try await storage.appendRequests(requests, to: id)
        } catch let error as LLMBatchError where error.code == .invalidInput {
            // `line 4: …` becomes `FILE:4: …`, as everywhere.
            let message = error.message
            let place = message.hasPrefix("line ") ? ":\(message.dropFirst("line ".count))" : ": \(message)"
            throw LLMBatchError(.invalidInput, source.name + place, hint: error.hint)
        }
    }
}

extension RequestSource {
    /// SHA-256 of the request lines in order, each with a line feed: what ``BatchRecord/contentSHA256`` will be.
    ///
    /// Reads and checks the whole source.
    ///
    /// - Throws: `invalidInput` with file, line and reason; `file`.
    public func contentSHA256() async throws -> [UInt8] {
        var hash = SHA256()
        try await read { requests in
            for request in requests {
                hash.update(data: request.request.line)
                hash.update(data: [0x0A])
            }
        }
        return Array(hash.finalize())
    }
}

/// What a batch can be called: a name is for people to type, and must not look like something else they type.
package enum BatchName {
    /// - Throws: `invalidConfiguration` for a name that no batch can have.
    package static func check(_ name: String) throws {
        guard !name.isEmpty, name.count <= 200, !name.hasPrefix("@"),
            !name.unicodeScalars.contains(where: { $0.value < 0x20 })
        else {
            throw LLMBatchError(
                .invalidConfiguration, "a batch cannot have this name",
                hint: "A name has 1 to 200 characters, no control characters, and does not begin with @")
        }
    }
}
