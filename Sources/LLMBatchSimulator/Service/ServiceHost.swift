/// The route of a call, with the parameters in its path.
struct MatchedRoute {
    let name: SimulatorRoute
    fileprivate let index: Int
    fileprivate let parameters: [String: String]
}

/// Runs one simulated service: matches calls to its routes, and does their work one at a time.
actor ServiceHost {
    private nonisolated let patterns: [RoutePattern]
    private let service: any Service
    private let routes: [Route]

    init(ledger: SimulatorLedger, scriptState: ScriptHolder, make: @Sendable (ServiceStore) -> any Service) {
        let service = make(ServiceStore(ledger: ledger, scriptState: scriptState))
        self.service = service
        routes = service.routes
        patterns = routes.map(\.pattern)
    }

    /// The route of a call; nil for a call that the service does not support.
    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? {
        for (index, pattern) in patterns.enumerated() {
            guard let parameters = pattern.parameters(of: call) else { continue }
            return MatchedRoute(name: pattern.name, index: index, parameters: parameters)
        }
        return nil
    }

    /// Does the work of a call. An error is a reply too, in the service's error format. Nil sends no reply at all.
    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        var call = call
        call.parameters = matched.parameters
        var reply: WireReply?
        do throws(Refusal) {
            try service.authorize(call, matched.name)
            reply = try routes[matched.index].handle(call)
        } catch {
            reply = error.reply
        }
        reply?.hidesBody = call.method == "HEAD"
        return reply
    }

    /// The reply to a call that the service does not support.
    func unknown(_ call: IncomingCall) -> WireReply {
        let isPathKnown = patterns.contains { $0.pathParameters(of: call) != nil }
        return (isPathKnown ? service.wrongMethod(call) : service.unknown(call)).reply
    }

    /// Every job, in order of creation.
    func jobs() -> [SimulatedBatch] { service.store.jobs.all.map(\.publicView) }

    /// Every file that has not been deleted, in order of creation.
    func files() -> [SimulatedFile] { service.store.files.all.filter(\.isWhole) }

    /// Sets a job's status; false when there is no such job.
    func force(_ id: String, to status: String) -> Bool { service.force(id, to: status) }

    /// Removes a job as if it had never existed; false when there is no such job.
    func forget(_ id: String) -> Bool { service.store.jobs.forget(id) }
}
