/// Attributes unreadable lines to the requests that have no other line, once no further check is due.
///
/// Until then a damaged line is only an anomaly: the good line for its request may be the next one.
struct DamagedLines {
    private let collector: ResultCollector
    private var storage: any BatchStorage { collector.storage }
    private var job: ProviderJobID { collector.job }

    /// The maximum number of lines that are attributed without naming their request.
    private static let most = 100

    init(_ collector: ResultCollector) { self.collector = collector }

    /// Stores a failure for each request that a damaged line names, and for requests for which only a damaged line is
    /// left.
    func attribute() async throws {
        var nameless: [Anomaly] = []
        var cursor: Int?
        while true {
            let page = try await storage.anomalies(of: job, kind: .unreadable, after: cursor, limit: 100)
            let rest = try await chargeNamed(page.elements)
            // One more than the maximum shows that there are too many.
            nameless += rest.prefix(Self.most + 1 - nameless.count)
            guard page.hasMore, let last = page.elements.last else { break }
            cursor = last.number
        }
        try await chargeNameless(nameless)
    }

    /// - Returns: the lines that name no request, or one that already has its result.
    private func chargeNamed(_ anomalies: [Anomaly]) async throws -> [Anomaly] {
        let ids = anomalies.compactMap(\.customID)
        guard !ids.isEmpty else { return anomalies }
        let names = try await collector.names(of: ids)
        var open = try await self.open(ids.map { names[$0] ?? $0 })
        var results: [IncomingResult] = []
        let rest = anomalies.filter { anomaly in
            guard let id = anomaly.customID.map({ names[$0] ?? $0 }), open.remove(id) != nil else { return true }
            results.append(anomaly.failure(of: id, message: anomaly.message, line: anomaly.line))
            return false
        }
        if !results.isEmpty { try await storage.take(results, of: job, under: collector.claim) }
        return rest
    }

    private func open(_ ids: [CustomID]) async throws -> Set<CustomID> {
        var found: Set<CustomID> = []
        var query = ProviderJobRequestQuery(job: job, onlyOpen: true, customIDs: ids)
        while true {
            let page = try await storage.providerJobRequests(query)
            found.formUnion(page.elements.map(\.request.customID))
            guard page.hasMore, let last = page.elements.last else { return found }
            query.after = last.position
        }
    }

    /// When there are exactly as many damaged lines as requests without a line, each line belongs to one of them.
    private func chargeNameless(_ anomalies: [Anomaly]) async throws {
        guard !anomalies.isEmpty, anomalies.count <= Self.most else { return }
        let open = try await storage.providerJobRequests(
            ProviderJobRequestQuery(job: job, onlyOpen: true, limit: Self.most + 1)
        ).elements
        guard open.count == anomalies.count else { return }
        let isCertain = open.count == 1
        let results = zip(open, anomalies).map { stored, anomaly in
            anomaly.failure(
                of: stored.request.customID,
                message: isCertain
                    ? anomaly.message
                    : "one of \(open.count) lines that cannot be read, perhaps: \(anomaly.message)",
                line: isCertain ? anomaly.line : nil)
        }
        try await storage.take(results, of: job, under: collector.claim)
    }
}

extension Anomaly {
    /// The failure of the request that the line belongs to.
    fileprivate func failure(of id: CustomID, message: String, line: [UInt8]?) -> IncomingResult {
        IncomingResult(
            customID: id, outcome: .errored,
            error: ResultError(code: OpenAIResultLine.unreadableCode, message: message), line: line, source: source)
    }
}
