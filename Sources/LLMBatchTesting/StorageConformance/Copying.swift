import LLMBatchCore

/// Copies a batch from one storage to another with the operations for copying.
struct Copying {
    let batch: BatchID
    let source: any BatchStorage
    let target: any BatchStorage
    /// The file that the copy is said to come from.
    var importedFrom: String?
    var pageSize = 3

    /// Makes the whole copy and seals it.
    func run() async throws {
        try await begin()
        try await fill()
        try await target.sealRestore(batch)
    }

    func begin() async throws {
        var record = try require(try await source.batch(batch), "the batch")
        if let importedFrom { (record.importedAt, record.importedFrom) = (Fixture.date(3), importedFrom) }
        try await target.beginRestore(
            BatchSnapshot(
                batch: record, attempts: try await source.attempts(of: batch),
                jobs: try await source.providerJobs(of: batch, attempt: nil)))
    }

    func fill() async throws {
        try await fillRequests()
        for chunk in chunks(try await source.allTries(batch)) { try await target.restoreTries(chunk, to: batch) }
        for chunk in chunks(try await source.allAnomalies(batch)) {
            try await target.restoreAnomalies(chunk, to: batch)
        }
    }

    func fillRequests() async throws {
        for chunk in chunks(try await source.allRequests(batch)) {
            let requests = chunk.map {
                NewRequest(position: $0.position, sourceLine: $0.sourceLine, request: $0.request)
            }
            try await target.restoreRequests(requests, to: batch)
        }
    }

    private func chunks<Element>(_ elements: [Element]) -> [[Element]] {
        stride(from: 0, to: elements.count, by: pageSize).map {
            Array(elements[$0..<min($0 + pageSize, elements.count)])
        }
    }
}
