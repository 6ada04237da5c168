import Synchronization

/// A named point where a crash could do harm, so that tests can crash the process exactly there.
///
/// The engine passes the failpoints in the order of its work. They do nothing unless a handler is set, which the tool
/// does for `LLMBATCH_FAILPOINT=NAME` or `NAME:COUNT` (the process then kills itself at the COUNT-th passage).
package enum Failpoint: String, Sendable, CaseIterable {
    case migrationAfterStatement = "migration-after-statement"
    case importBeforeChunk = "import-before-chunk"
    case importAfterChunk = "import-after-chunk"
    case importBeforeSeal = "import-before-seal"
    case importAfterSeal = "import-after-seal"
    case claimAfter = "claim-after"
    case planAfterBegin = "plan-after-begin"
    case planAfterAssign = "plan-after-assign"
    case planBeforeSeal = "plan-before-seal"
    case planAfterSeal = "plan-after-seal"
    case stateBeforeSave = "state-before-save"
    case stateAfterSave = "state-after-save"
    case uploadBeforeRequest = "upload-before-request"
    case uploadMidBody = "upload-mid-body"
    case uploadAfterResponse = "upload-after-response"
    case createBeforeRequest = "create-before-request"
    case createAfterResponse = "create-after-response"
    case listAfterResponse = "list-after-response"
    case pollAfterResponse = "poll-after-response"
    case cancelAfterResponse = "cancel-after-response"
    case collectBeforeRequest = "collect-before-request"
    case collectMidBody = "collect-mid-body"
    case lookAgainBefore = "look-again-before"
    case recollectAfterPoll = "recollect-after-poll"
    case amendBefore = "amend-before"
    case amendAfter = "amend-after"
    case ingestBefore = "ingest-before"
    case ingestAfter = "ingest-after"
    case endBefore = "end-before"
    case endAfter = "end-after"
    case askBeforeRequest = "ask-before-request"
    case askAfterResponse = "ask-after-response"
    case releaseBefore = "release-before"

    private static let handler = Mutex<(@Sendable (Failpoint) -> Void)?>(nil)

    /// Sets the handler that is called at every failpoint of this process; nil for none.
    package static func setHandler(_ new: (@Sendable (Failpoint) -> Void)?) {
        handler.withLock { $0 = new }
    }

    /// Calls the handler, if one is set.
    package func pass() {
        Self.handler.withLock { $0 }?(self)
    }
}
