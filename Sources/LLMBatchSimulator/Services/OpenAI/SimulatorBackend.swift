import Foundation
import Synchronization

/// The provider behind the wire: stores files and batches, and does the work of each route.
actor SimulatorBackend: SimulatedService {
    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    let dialect: WireDialect
    var files: [SimulatedFile] = []
    var batches: [SimulatedBatchState] = []
    var createsPerFile: [String: Int] = [:]
    /// The number of GETs of each file.
    var fileLooks: [String: Int] = [:]
    /// The batch created for each idempotency key.
    var batchOfKey: [String: String] = [:]
    /// Uploads that were started and have no bytes yet.
    var begun: [String: BegunUpload] = [:]
    private var lastNumber = 0

    init(ledger: SimulatorLedger, scriptState: ScriptHolder, dialect: WireDialect = .openAI) {
        self.dialect = dialect
        self.ledger = ledger
        self.scriptState = scriptState
    }

    nonisolated func match(_ call: IncomingCall) -> MatchedRoute? { dialect.match(call) }

    nonisolated func unknown(_ call: IncomingCall) -> WireReply {
        WireReply(APIError(status: 404, message: "Invalid URL (\(call.method) \(call.path))").json, status: 404)
    }

    func jobs() -> [SimulatedBatch] { batches.map(\.publicView) }

    /// The script in force.
    var script: SimulatorScript { scriptState.script }

    /// Does the work of a call. An error becomes a reply in the API's format. Nil sends no reply at all.
    func perform(_ matched: MatchedRoute, _ call: IncomingCall) -> WireReply? {
        do throws(APIError) {
            // A pre-signed URL needs no other authorization.
            if !dialect.isSigned(call) { try checkKey(call) }
            return try answer(matched, call)
        } catch {
            return WireReply(error.json, status: error.status)
        }
    }

    /// Creates an id, unique in this simulator and in order of creation.
    func newID(_ prefix: String) -> String {
        lastNumber += 1
        let digits = String(lastNumber)
        return prefix + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    private func answer(_ matched: MatchedRoute, _ call: IncomingCall) throws(APIError) -> WireReply? {
        switch matched.route {
        case .uploadFile: try dialect.isSigned(call) ? fill(matched.id, call) : uploadFile(call)
        case .beginUpload: try beginUpload(call)
        case .listFiles: try listFiles(call)
        case .getFile: try getFile(matched.id, call)
        case .deleteFile: try deleteFile(matched.id)
        case .fileContent: WireReply(type: "application/octet-stream", body: try file(matched.id).bytes)
        case .createBatch: try createBatch(call)
        case .getBatch: try getBatch(matched.id)
        case .listBatches: try listBatches(call)
        case .cancelBatch: try cancelBatch(matched.id)
        case .chatCompletions, .embeddings, .responses, .completions, .moderations: try realtime(call)
        // None of these services supports them.
        case .endUpload, .checkAccount, .fetchToken: unknown(call)
        }
    }

    private func checkKey(_ call: IncomingCall) throws(APIError) {
        guard let key = script.apiKey else { return }
        let offered = call.headers["authorization"] ?? dialect.keyHeader.flatMap { call.headers[$0] } ?? ""
        let isBearer = call.headers["authorization"] != nil
        guard offered != (isBearer ? "Bearer \(key)" : key) else { return }
        let shown = offered.replacing("Bearer ", with: "")
        let message =
            shown.isEmpty
            ? "You didn't provide an API key."
            : "Incorrect API key provided: \(script.echoesKey ? shown : shown.prefix(3) + "****")."
        throw APIError(status: 401, message: message, code: "invalid_api_key")
    }
}

/// The script in force, shared by the simulator, its wire and its backend.
final class ScriptHolder: Sendable {
    private let state: Mutex<ScriptState>

    init(_ script: SimulatorScript) {
        self.state = Mutex(ScriptState(script: script))
    }

    var script: SimulatorScript { state.withLock { $0.script } }

    /// Changes the script or its counts.
    func change<R: Sendable>(_ body: (inout ScriptState) -> R) -> R {
        state.withLock { body(&$0) }
    }
}
