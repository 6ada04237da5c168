import Foundation
import LLMBatchCore
import LLMBatchTesting
import Synchronization

/// How a simulator behaves: what it answers, how its batches progress, and what goes wrong.
///
/// The default script is a provider on a good day: every key is accepted, every request gets an answer, and a batch
/// completes at the third GET. The script is read again on every call, so a new script also applies to existing
/// batches.
public struct SimulatorScript: Sendable {
    /// The key that every call must carry as `Authorization: Bearer …`; nil accepts all calls.
    public var apiKey: String?
    /// Whether the error for a wrong key repeats that key in full, as a careless gateway does.
    public var echoesKey = false
    /// The statuses of a batch in order. A create returns the first, each GET advances by one, and the last one stays.
    ///
    /// `failed`, `completed`, `expired` and `cancelled` are final. Any other status, known or not, counts as running.
    public var statuses = ["validating", "in_progress", "finalizing", "completed"]
    /// Batches that reach this status stay in it until this is nil again.
    public var holdAt: String?
    /// How many requests an in-progress batch reports as completed, for services that speak OpenAI's API.
    public var completedWhileRunning = 0
    /// The answer to each request.
    public var answer: @Sendable (SimulatedRequest) -> SimulatedAnswer = { _ in .success }
    /// Changes what a batch ends with, just before it ends.
    public var shapeFiles: (@Sendable (inout SimulatedFiles) -> Void)?
    /// How many requests, in file order, get an answer before a batch ends as expired or cancelled.
    ///
    /// The rest become `batch_expired` lines in an expired batch and have no line in a cancelled one. Nil answers every
    /// request of an expired batch and none of a cancelled one.
    public var answeredBeforeEnd: Int?
    /// Whether a batch's input is checked by the provider's rules, so that an invalid file ends the batch as `failed`.
    public var validates = true
    /// How many creates, counted from the first, are accepted and then fail with `token_limit_exceeded` at their first
    /// GET.
    public var tokenLimitedCreates = 0
    /// The faults to cause on the wire.
    public var troubles: [Trouble] = []
    /// How many listings of batches (first pages only) leave out a new batch.
    public var listLag = 0
    /// Whether a listing of batches returns its first page every time and always claims that more follow.
    public var repeatPage = false
    /// The order of lists of batches.
    public var listOrder = ListOrder.newestFirst
    /// Whether JSON lists contain duplicates: the first entry appears twice, and each page starts with the last entry
    /// of the page before.
    public var listsRepeat = false
    /// Whether JSON lists contain invalid entries: `null`, a number, `{}`, an entry whose id is a number.
    public var listsHoldOddEntries = false
    /// Other users' batches that the list also shows, by age in seconds.
    public var strangers: [Int] = []
    /// How many seconds the service's clock, as seen in its batches, is ahead of the caller's; negative means behind.
    public var clockSkew = 0
    /// The HTTP status of a rejected cancellation, as from a gateway; nil keeps the service's own.
    public var cancelRefusalStatus: Int?
    /// The maximum page size of a list, whatever the caller requests; nil means no maximum.
    public var longestPage: Int?
    /// How many creates that name a newly uploaded file are rejected with "cannot find file".
    public var fileRace = 0
    /// The number of files that a job's results are split into, for services that split them.
    public var resultShards = 1
    /// How many calls accept the same access token, for services that issue them; nil means no limit.
    public var tokenUses: Int?
    /// How many bytes of a resumable upload are stored before the simulator closes its connection, once per upload; nil
    /// takes uploads whole.
    public var uploadBreaksAfter: Int?
    /// How many GETs of an ended batch do not name its files yet.
    public var lateFiles = 0
    /// How many GETs of a new batch return 404.
    public var getRace = 0

    /// The order of a list of batches.
    public enum ListOrder: Sendable, Hashable {
        /// Newest first, as in most services.
        case newestFirst
        /// Oldest first.
        case oldestFirst
        /// Shuffled; the same seed gives the same order.
        case shuffled(UInt64)
    }

    /// Creates the default script.
    public init() {}

    /// Creates a script and changes it in place: `SimulatorScript { $0.listLag = 2 }`.
    public init(_ change: (inout SimulatorScript) -> Void) {
        change(&self)
    }
}

extension SimulatorScript.ListOrder {
    /// Puts items, given oldest first, into this order.
    func arranged<Item>(_ items: [Item]) -> [Item] {
        switch self {
        case .newestFirst: return items.reversed()
        case .oldestFirst: return items
        case .shuffled(let seed):
            var generator = SeededGenerator(seed: seed)
            return items.shuffled(using: &generator)
        }
    }
}

/// The script in force, with counts that restart with each script.
struct ScriptState {
    var script: SimulatorScript
    var calls: [SimulatorRoute: Int] = [:]
    /// The last entry that each list returned.
    var lastListed: [SimulatorRoute: JSONNode] = [:]
    var creates = 0
    /// The number of GETs that did not name a batch's files, by batch id.
    var filesHidden: [String: Int] = [:]

    /// Counts a GET of a batch that has files; true when they must not be named yet.
    mutating func hidesFiles(of id: String) -> Bool {
        filesHidden[id, default: 0] += 1
        return filesHidden[id, default: 0] <= script.lateFiles
    }

    /// Counts a call and returns the trouble that applies to it.
    mutating func trouble(on route: SimulatorRoute) -> Trouble.Kind? {
        let number = calls[route, default: 0] + 1
        calls[route] = number
        return script.troubles.first { $0.route == route && $0.calls.contains(number) }?.kind
    }

    /// Counts an accepted create; true when it must fail with the token limit.
    mutating func createIsTokenLimited() -> Bool {
        creates += 1
        return creates <= script.tokenLimitedCreates
    }
}

/// The script in force, shared by the simulator, its wire and its service.
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
