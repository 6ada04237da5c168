/// A simulated provider on loopback that speaks the OpenAI Files, Batches and realtime wire format over real HTTP.
///
/// A ``ledger`` records every call and every accepted batch. A ``SimulatorScript`` controls the answers and the faults.
/// Everything is kept in memory and is lost when ``withRunning(_:port:_:)`` returns.
public final class OpenAISimulator: Sendable {
    /// The API's base URL, such as `http://127.0.0.1:40123/v1`.
    public let baseURL: String
    /// The record of everything that the simulator received.
    public let ledger: SimulatorLedger

    let backend: SimulatorBackend
    private let scriptState: ScriptHolder

    private init(port: Int, ledger: SimulatorLedger, backend: SimulatorBackend, scriptState: ScriptHolder) {
        self.baseURL = "http://127.0.0.1:\(port)/v1"
        self.ledger = ledger
        self.backend = backend
        self.scriptState = scriptState
    }

    /// The script in force.
    public var script: SimulatorScript { scriptState.script }

    /// Replaces the script from the next call on, and restarts the counts for troubles and token limits.
    ///
    /// Files, batches and the ledger stay unchanged.
    public func setScript(_ script: SimulatorScript) {
        scriptState.change { $0 = ScriptState(script: script) }
    }

    /// Changes the script in place and keeps the counts.
    public func updateScript(_ change: (inout SimulatorScript) -> Void) {
        scriptState.change { change(&$0.script) }
    }

    /// Runs a simulator on 127.0.0.1 while `body` runs, then shuts it down.
    ///
    /// Port 0 picks a free port. With a fixed port, a simulator can stop and start again at the same address. When this
    /// returns or throws, every connection is closed and the port is free.
    public static func withRunning<R: Sendable>(
        _ script: SimulatorScript = .init(), port: Int = 0, _ body: (OpenAISimulator) async throws -> R
    ) async throws -> R {
        let ledger = SimulatorLedger()
        let scriptState = ScriptHolder(script)
        let backend = SimulatorBackend(ledger: ledger, scriptState: scriptState)
        let responder = SimulatorResponder(ledger: ledger, scriptState: scriptState, service: backend)
        return try await SimulatorServer(responder: responder, port: port).run { port in
            try await body(
                OpenAISimulator(port: port, ledger: ledger, backend: backend, scriptState: scriptState))
        }
    }
}
