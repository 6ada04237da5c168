extension MemoryStorage {
    package func appendRequests(_ requests: [NewRequest], to id: BatchID) async throws {
        try check(requests, in: try unsealed(id))
        guard var batch = all.removeValue(forKey: id) else { throw LLMBatchError.noBatch(id) }
        batch.append(requests)
        all[id] = batch
    }

    package func requests(_ query: RequestQuery) async throws -> Page<StoredRequest> {
        let batch = try visible(query.batch)
        let start = (query.after ?? -1) + 1
        let found = (start..<max(start, batch.requests.count)).lazy.filter { position in
            switch query.selection {
            case .all: true
            case .open: batch.outcomes[position] == nil
            case .outcomes(let wanted): batch.outcomes[position].map(wanted.contains) ?? false
            }
        }
        return Page(overfull: found.prefix(query.limit + 1).map(batch.stored), limit: query.limit)
    }

    package func requests(of id: BatchID, customIDs: [CustomID]) async throws -> [StoredRequest] {
        let batch = try visible(id)
        return customIDs.compactMap { batch.positions[$0].map(batch.stored) }
    }

    package func batches(containing customID: CustomID, limit: Int) async throws -> [BatchID] {
        let holding = all.values.filter { $0.isVisible && $0.positions[customID] != nil }
        return holding.sorted { $0.serial > $1.serial }.prefix(limit).map(\.new.id)
    }

    func check(_ requests: [NewRequest], in batch: MemoryBatch) throws {
        try NewRequest.check(requests, after: batch.requests.count)
        var fresh: [CustomID: NewRequest] = [:]
        for request in requests {
            let id = request.request.customID
            if let other = fresh[id] ?? batch.positions[id].map({ batch.requests[$0] }) {
                throw LLMBatchError.duplicate(
                    id, line: request.sourceLine, position: request.position, otherLine: other.sourceLine,
                    otherPosition: other.position)
            }
            fresh[id] = request
        }
    }
}
