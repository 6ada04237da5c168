extension BatchQuery {
    /// True for a batch that the filter selects, the cursor apart: for storages that filter in memory.
    ///
    /// - Parameter first: the batch's first request.
    public func matches(_ batch: BatchRecord, first: BatchRequest?) -> Bool {
        (statuses?.contains(batch.status) ?? true)
            && (provider.map { $0.hasSameBytes(as: batch.provider.name) } ?? true)
            && (model.map { $0.hasSameBytes(as: batch.provider.model ?? first?.model) } ?? true)
            && (endpoint.map { $0 == batch.endpoint } ?? true) && (name.map { $0.hasSameBytes(as: batch.name) } ?? true)
            && (idPrefix.map { batch.id.rawValue.hasPrefix($0) } ?? true)
            && (contentSHA256.map { $0 == batch.contentSHA256 } ?? true)
            && (firstLine.map { $0 == first?.line } ?? true)
            && metadata.allSatisfy { $0.value.hasSameBytes(as: batch.metadata[$0.key]) }
            && (isImported.map { $0 == batch.isImported } ?? true)
            && (createdAfter.map { batch.createdAt > $0 } ?? true)
            && (createdBefore.map { batch.createdAt < $0 } ?? true)
    }
}
