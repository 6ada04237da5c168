/// What a simulated provider does behind the wire: tells which route a call is, and does the work of it.
protocol SimulatedService: Sendable {
    /// The route of a call with the id that it names; nil for a call that the service does not have.
    func match(_ call: IncomingCall) -> MatchedRoute?
    /// Does what a call asks for; a refusal is a reply too, in the service's error format. Nil means: no answer at all.
    func perform(_ matched: MatchedRoute, _ call: IncomingCall) async -> WireReply?
    /// The answer to a call that the service does not have.
    func unknown(_ call: IncomingCall) -> WireReply
    /// Every job, in order of creation.
    func jobs() async -> [SimulatedBatch]
    /// Puts a job into a status by hand; false when there is no such job.
    func force(_ id: String, to status: String) async -> Bool
    /// Forgets a job, as if it had never been; false when there is no such job.
    func forget(_ id: String) async -> Bool
}
