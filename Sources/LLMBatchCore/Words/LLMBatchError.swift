/// What went wrong, why, and what to do about it.
///
/// Its texts are safe to show: they hold no key, header or body. ``code`` is what programs look at.
public struct LLMBatchError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of error; more may come, so a `switch` needs a default.
    public struct Code: RawRepresentable, Sendable, Hashable, Codable {
        /// The text as it is.
        public let rawValue: String
        /// Takes the text as it is.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// Input that cannot be taken: the message names file, line and reason.
        public static let invalidInput = Code(rawValue: "invalid_input")
        /// A setting or argument that makes no sense.
        public static let invalidConfiguration = Code(rawValue: "invalid_configuration")
        /// No batch, request or file of that name.
        public static let notFound = Code(rawValue: "not_found")
        /// The name is taken by another batch.
        public static let nameTaken = Code(rawValue: "name_taken")
        /// The key is not there, or the provider refused it.
        public static let keyRefused = Code(rawValue: "key_refused")
        /// Another account than the one the batch is bound to.
        public static let accountChanged = Code(rawValue: "account_changed")
        /// What was asked does not fit where the batch is in its life.
        public static let wrongState = Code(rawValue: "wrong_state")
        /// Another process drives the batch just now.
        public static let heldElsewhere = Code(rawValue: "held_elsewhere")
        /// The batch cannot go on without its owner's decision.
        public static let needsAttention = Code(rawValue: "needs_attention")
        /// The provider said no, for good.
        public static let providerRefused = Code(rawValue: "provider_refused")
        /// The provider cannot be reached or is busy; try again later.
        public static let providerUnavailable = Code(rawValue: "provider_unavailable")
        /// The storage cannot be used: a foreign, newer or damaged file, or one that may not be opened.
        public static let storage = Code(rawValue: "storage")
        /// The storage cannot do it just now (busy, a full disk, an I/O error); nothing is half-written, try again.
        public static let storageUnavailable = Code(rawValue: "storage_unavailable")
        /// A file could not be read or written.
        public static let file = Code(rawValue: "file")
    }

    /// A short word for it.
    public let code: Code
    /// What happened and why, in one line.
    public let message: String
    /// What to do next; where there is a choice of commands, one a line.
    public let hint: String?
    /// What kind of trouble a provider had or made, in the same words for every provider; nil where none is involved.
    public var kind: ProviderError.Kind?
    /// The batch it is about, where the call does not name it: one that was made and could not be submitted.
    public var batch: BatchID?

    /// Makes one of its parts.
    public init(_ code: Code, _ message: String, hint: String? = nil, kind: ProviderError.Kind? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
        self.kind = kind
    }

    /// In words, safe to show.
    public var description: String { hint.map { "\(message). \($0)" } ?? message }
}
