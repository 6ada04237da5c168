/// A simulated provider behind the wire: finds the route of each call and does its work.
protocol SimulatedService: Sendable {
    /// The route of a call with the id in its path; nil for a call that the service does not support.
    func match(_ call: IncomingCall) -> MatchedRoute?
    /// Does the work of a call. An error is a reply too, in the service's error format. Nil sends no reply at all.
    func perform(_ matched: MatchedRoute, _ call: IncomingCall) async -> WireReply?
    /// The reply to a call that the service does not support.
    func unknown(_ call: IncomingCall) -> WireReply
    /// Every job, in order of creation.
    func jobs() async -> [SimulatedBatch]
    /// Sets a job's status; false when there is no such job.
    func force(_ id: String, to status: String) async -> Bool
    /// Removes a job as if it had never existed; false when there is no such job.
    func forget(_ id: String) async -> Bool
}
