/// A simulated provider on loopback that speaks the provider's own wire format over real HTTP.
///
/// A ``ledger`` records every call and every accepted job. A ``SimulatorScript`` controls the answers and the faults,
/// and works the same for every provider:
///
/// - Statuses are canonical; the service shows its own names for them. A status that is not canonical is shown
///   unchanged.
/// - Answers are ``SimulatedAnswer``s, which the service translates to its own format.
///
/// Everything is kept in memory and is lost when ``withRunning(_:_:port:_:)`` returns.
public final class ProviderSimulator: Sendable {
    /// The provider to simulate. Each one has a static member.
    public struct Kind: Sendable {
        /// The provider's name on the command line.
        public let name: String
        /// The path prefix of its API: the base URL is the origin followed by this.
        public var root = ""
        let make: @Sendable (ServiceStore) -> any Service
    }

    /// Another program uses the port.
    public struct PortTaken: Error, CustomStringConvertible {
        /// The port.
        public let port: Int

        public var description: String { "another program has the port \(port); 0 takes a free one" }
    }

    /// The address without a path, such as `http://127.0.0.1:40123`.
    public let origin: String
    /// The address with the path prefix of the API.
    public var baseURL: String { origin + kind.root }
    /// The simulated provider.
    public let kind: Kind
    /// The record of everything that the simulator received.
    public let ledger: SimulatorLedger
    private let service: ServiceHost
    private let scriptState: ScriptHolder

    private init(
        port: Int, kind: Kind, ledger: SimulatorLedger, service: ServiceHost, scriptState: ScriptHolder
    ) {
        origin = "http://127.0.0.1:\(port)"
        self.kind = kind
        self.ledger = ledger
        self.service = service
        self.scriptState = scriptState
    }

    /// Runs a simulator on 127.0.0.1 while `body` runs, then shuts it down.
    ///
    /// Port 0 picks a free port; throws ``PortTaken`` if another program uses the given one. When this returns or
    /// throws, every connection is closed and the port is free.
    public static func withRunning<R: Sendable>(
        _ kind: Kind, _ script: SimulatorScript = .init(), port: Int = 0,
        _ body: (ProviderSimulator) async throws -> R
    ) async throws -> R {
        let ledger = SimulatorLedger()
        let scriptState = ScriptHolder(script)
        let service = ServiceHost(ledger: ledger, scriptState: scriptState, make: kind.make)
        let responder = SimulatorResponder(ledger: ledger, scriptState: scriptState, service: service)
        return try await SimulatorServer(responder: responder, port: port).run { port in
            try await body(
                ProviderSimulator(port: port, kind: kind, ledger: ledger, service: service, scriptState: scriptState))
        }
    }

    /// The script in force.
    public var script: SimulatorScript { scriptState.script }

    /// Replaces the script from the next call on, and restarts the counts for troubles and token limits.
    ///
    /// Files, jobs and the ledger stay unchanged.
    public func setScript(_ script: SimulatorScript) { scriptState.change { $0 = ScriptState(script: script) } }

    /// Changes the script in place and keeps the counts.
    public func updateScript(_ change: (inout SimulatorScript) -> Void) { scriptState.change { change(&$0.script) } }

    /// Releases the jobs held by ``SimulatorScript/holdAt``.
    public func release() { updateScript { $0.holdAt = nil } }

    /// Every job, in order of creation.
    public var jobs: [SimulatedBatch] { get async { await service.jobs() } }

    /// Every file that has not been deleted, including results, in order of creation.
    public var files: [SimulatedFile] { get async { await service.files() } }

    /// Moves a job to a canonical status at once, and creates its results if the status is final. Returns false when
    /// there is no such job.
    ///
    /// A job that has ended can be moved again and gets new results.
    @discardableResult
    public func force(_ id: String, to status: String) async -> Bool { await service.force(id, to: status) }

    /// Removes a job, as providers do with old ones; false when there is no such job.
    @discardableResult
    public func forget(_ id: String) async -> Bool { await service.forget(id) }
}
