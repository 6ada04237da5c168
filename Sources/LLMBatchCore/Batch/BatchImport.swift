import Crypto
import Foundation

/// Brings the requests of a source into a storage as one batch, wholly or not at all.
struct BatchImport {
    let source: RequestSource
    let storage: any BatchStorage

    func run(name: String?, metadata: [String: String], provider: ProviderSettings) async throws -> BatchID {
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
                            id: id, name: name, endpoint: first.request.endpoint, metadata: metadata, provider: provider,
                            createdAt: .thisMillisecond))
                }
                try await append(requests, to: id)
            }
            _ = try await storage.sealBatch(id, contentSHA256: Array(hash.finalize()))
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
            throw LLMBatchError(.invalidInput, "\(source.name): \(error.message)", hint: error.hint)
        }
    }
}

extension RequestSource {
    /// SHA-256 of the request lines in order, each with a line feed: what ``BatchRecord/contentSHA256`` will be.
    ///
    /// Reads and checks the whole source, so it must be repeatable to be used afterwards.
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
