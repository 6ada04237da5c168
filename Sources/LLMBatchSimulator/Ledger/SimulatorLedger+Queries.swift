extension SimulatorLedger {
    /// Every accepted batch, in order of creation.
    public var acceptedJobs: [LedgerJob] { contents.acceptedJobs }

    /// Every accepted file, in order of upload.
    public var uploads: [LedgerUpload] { contents.uploads }

    /// Every call, in order of arrival.
    public var calls: [LedgerCall] { contents.calls }

    /// The calls of one route, in order of arrival.
    public func calls(_ route: SimulatorRoute) -> [LedgerCall] {
        contents.calls.filter { $0.route == route }
    }

    /// The number of calls that a route received.
    public func callCount(_ route: SimulatorRoute) -> Int {
        contents.callCounts[route, default: 0]
    }

    /// How many times the model received a request, in batches whose files exist and in realtime calls together.
    public func askedCount(_ customID: String) -> Int {
        contents.askedCounts[customID, default: 0]
    }

    /// The requests that the model received in realtime calls, in order.
    public var realtimeAsks: [LedgerAsk] { contents.asks.filter { $0.batchID == nil } }

    /// The custom ids that the model received more than once, sorted. These were paid for twice.
    public var askedTwice: [String] {
        contents.askedCounts.filter { $0.value > 1 && !$0.key.isEmpty }.keys.sorted()
    }

    /// Returns once a route has received this many calls, answered or not.
    public func waitForCalls(_ route: SimulatorRoute, count: Int = 1) async throws {
        try await wait { $0.callCounts[route, default: 0] >= count }
    }

    /// Returns once this many calls of a route have been answered.
    public func waitForAnswers(_ route: SimulatorRoute, count: Int = 1) async throws {
        try await wait { $0.calls.count { $0.route == route && $0.status != nil } >= count }
    }

    /// Returns once this many batches have been accepted.
    public func waitForJobs(count: Int = 1) async throws {
        try await wait { $0.acceptedJobs.count >= count }
    }

    /// Returns once this many files have been uploaded.
    public func waitForUploads(count: Int = 1) async throws {
        try await wait { $0.uploads.count >= count }
    }
}
