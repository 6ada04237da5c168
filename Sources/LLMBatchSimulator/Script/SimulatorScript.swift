import LLMBatchTesting
import Foundation

/// How a simulator behaves: what it answers, how its batches go, and what goes wrong.
///
/// The default script is a provider on a good day: any key is accepted, every request is answered, and a batch is
/// completed at the third GET. A script is read afresh at every call, so a replaced one also governs older batches.
public struct SimulatorScript: Sendable {
    /// The key every call must carry as `Authorization: Bearer …`; nil accepts all calls.
    public var apiKey: String?
    /// Whether a refusal repeats the key it was offered in full, as a careless gateway does.
    public var echoesKey = false
    /// The status words of a batch: a create answers the first, and each GET moves one on; the last one stays.
    ///
    /// `failed`, `completed`, `expired` and `cancelled` are final; any other word, known or not, is a running one.
    public var statuses = ["validating", "in_progress", "finalizing", "completed"]
    /// A status word that batches do not leave, however often they are asked for, until this is nil again.
    public var holdAt: String?
    /// How many requests a batch that is in progress counts as completed, by services that speak OpenAI's API.
    public var completedWhileRunning = 0
    /// The answer to each request.
    public var answer: @Sendable (SimulatedRequest) -> SimulatedAnswer = { _ in .success }
    /// The last word over what a batch ends with.
    public var shapeFiles: (@Sendable (inout SimulatedFiles) -> Void)?
    /// How many requests, in file order, are answered before a batch ends expired or cancelled.
    ///
    /// The rest are `batch_expired` lines when expired and no lines when cancelled. Nil answers all of an expired
    /// batch and none of a cancelled one.
    public var answeredBeforeEnd: Int?
    /// Whether a batch's input is checked as the provider does, so that a bad file makes it `failed`.
    public var validates = true
    /// How many creates, the first ones, are accepted and then fail with `token_limit_exceeded` at their first GET.
    public var tokenLimitedCreates = 0
    /// What goes wrong on the wire.
    public var troubles: [Trouble] = []
    /// How many listings of batches (first pages) leave a new batch out.
    public var listLag = 0
    /// Whether a listing of batches gives its first page again and again, always with more to come.
    public var repeatPage = false
    /// In which order lists of batches come.
    public var listOrder = ListOrder.newestFirst
    /// Whether lists in JSON repeat themselves: an entry stands twice on its page, and a page begins with the last entry of
    /// the one before.
    public var listsRepeat = false
    /// Whether lists in JSON hold entries that are no objects of the service: `null`, a number, `{}`, an id that is none.
    public var listsHoldOddEntries = false
    /// The ages in seconds of batches of somebody else that are in the list as well.
    public var strangers: [Int] = []
    /// By how many seconds the service's clock is ahead of the caller's, as far as its batches tell; below zero, behind.
    public var clockSkew = 0
    /// The status that a refused cancellation has in place of the service's own, as behind a gateway; nil leaves it.
    public var cancelRefusalStatus: Int?
    /// The most entries that a page of a list holds, whatever a call asks for; nil grants what is asked.
    public var longestPage: Int?
    /// How many creates naming a newly uploaded file are refused with "cannot find file".
    public var fileRace = 0
    /// Into how many files the results of a job are divided, by services that do so.
    public var resultShards = 1
    /// For how many calls an access token is good, at services that give them; nil for any number.
    public var tokenUses: Int?
    /// How many bytes are kept of the first call that fills an upload which can be resumed, before its connection is
    /// closed; nil takes uploads whole.
    public var uploadBreaksAfter: Int?
    /// How many GETs of a batch that has ended do not name its files yet.
    public var lateFiles = 0
    /// How many GETs of a new batch are refused with 404.
    public var getRace = 0

    /// The order of a list of batches.
    public enum ListOrder: Sendable, Hashable {
        /// As most services have it.
        case newestFirst
        /// The other way round.
        case oldestFirst
        /// By chance, the same for the same number.
        case shuffled(UInt64)
    }

    /// Makes the script of a good day.
    public init() {}

    /// Makes a script and changes it in place: `SimulatorScript { $0.listLag = 2 }`.
    public init(_ change: (inout SimulatorScript) -> Void) {
        change(&self)
    }
}

extension SimulatorScript.ListOrder {
    /// Items that are given oldest first, in this order.
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

/// The script in force, with the counts that begin anew with each script.
struct ScriptState {
    var script: SimulatorScript
    var calls: [SimulatorRoute: Int] = [:]
    /// The last entry that each list has shown, as JSON.
    var lastListed: [SimulatorRoute: Data] = [:]
    var creates = 0
    /// How many GETs of a batch, by its id, did not name its files.
    var filesHidden: [String: Int] = [:]

    /// Counts a GET of a batch that names files, and tells whether it shall not.
    mutating func hidesFiles(of id: String) -> Bool {
        filesHidden[id, default: 0] += 1
        return filesHidden[id, default: 0] <= script.lateFiles
    }

    /// Counts a call and finds the trouble that befalls it.
    mutating func trouble(on route: SimulatorRoute) -> Trouble.Kind? {
        let number = calls[route, default: 0] + 1
        calls[route] = number
        return script.troubles.first { $0.route == route && $0.calls.contains(number) }?.kind
    }

    /// Counts an accepted create and tells whether the token limit meets it.
    mutating func createIsTokenLimited() -> Bool {
        creates += 1
        return creates <= script.tokenLimitedCreates
    }
}
