/// A simulated provider on loopback that speaks a provider's own wire format over real HTTP.
///
/// It keeps a ``ledger`` of every call and every accepted job, and a ``SimulatorScript`` tells it what to answer and what
/// to get wrong, in the same words for every provider: statuses are the canonical ones, which the service shows in its own
/// words (a word that is not canonical is shown as it is), and answers are ``SimulatedAnswer``s, which it puts into its own
/// form. Everything is kept in memory and is gone when ``withRunning(_:_:port:_:)`` returns.
public final class ProviderSimulator: Sendable {
    /// Which provider is simulated; each has a name here.
    public struct Kind: Sendable {
        /// The provider's name on the command line.
        public let name: String
        /// What its paths begin with: a base URL is the origin and this.
        public var root = ""
        let make: @Sendable (SimulatorLedger, ScriptHolder) -> any SimulatedService
    }

    /// Another program has the port.
    public struct PortTaken: Error, CustomStringConvertible {
        /// The port.
        public let port: Int

        /// In words, safe to show.
        public var description: String { "another program has the port \(port); 0 takes a free one" }
    }

    /// The address, such as `http://127.0.0.1:40123`, without a path.
    public let origin: String
    /// The address with what its paths begin with.
    public var baseURL: String { origin + kind.root }
    /// Which provider it is.
    public let kind: Kind
    /// The record of what was asked of the simulator.
    public let ledger: SimulatorLedger
    let service: any SimulatedService
    private let scriptState: ScriptHolder

    private init(
        port: Int, kind: Kind, ledger: SimulatorLedger, service: any SimulatedService, scriptState: ScriptHolder
    ) {
        origin = "http://127.0.0.1:\(port)"
        self.kind = kind
        self.ledger = ledger
        self.service = service
        self.scriptState = scriptState
    }

    /// Runs a simulator on 127.0.0.1 while `body` runs, then shuts it down.
    ///
    /// Port 0 takes a free port; one that is taken is a ``PortTaken``. When this returns or throws, every connection is closed and the port is free.
    public static func withRunning<R: Sendable>(
        _ kind: Kind, _ script: SimulatorScript = .init(), port: Int = 0,
        _ body: (ProviderSimulator) async throws -> R
    ) async throws -> R {
        let ledger = SimulatorLedger()
        let scriptState = ScriptHolder(script)
        let service = kind.make(ledger, scriptState)
        let responder = SimulatorResponder(ledger: ledger, scriptState: scriptState, service: service)
        return try await SimulatorServer(responder: responder, port: port).run { port in
            try await body(
                ProviderSimulator(port: port, kind: kind, ledger: ledger, service: service, scriptState: scriptState))
        }
    }

    /// The script in force.
    public var script: SimulatorScript { scriptState.script }

    /// Replaces the script, from the next call on, and counts calls for troubles and token limits from 1 again.
    public func setScript(_ script: SimulatorScript) { scriptState.change { $0 = ScriptState(script: script) } }

    /// Changes the script in place and counts on from where it was.
    public func updateScript(_ change: (inout SimulatorScript) -> Void) { scriptState.change { change(&$0.script) } }

    /// Every job, in order of creation.
    public var jobs: [SimulatedBatch] { get async { await service.jobs() } }

    /// Moves a job to a canonical status at once; false when there is no such job.
    @discardableResult
    public func force(_ id: String, to status: String) async -> Bool { await service.force(id, to: status) }

    /// Forgets a job, as providers do with old ones; false when there is no such job.
    @discardableResult
    public func forget(_ id: String) async -> Bool { await service.forget(id) }
}
