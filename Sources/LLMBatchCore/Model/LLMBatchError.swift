/// An error of the library: what happened, why, and what to do about it.
///
/// Its texts are safe to show: they contain no key, header or body. Programs should branch on ``code``.
public struct LLMBatchError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kinds of error. More may be added, so a `switch` needs a default.
    public struct Code: RawRepresentable, Sendable, Hashable, Codable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The input is invalid: the message names the file, the line and the reason.
        public static let invalidInput = Code(rawValue: "invalid_input")
        /// A setting or argument is invalid.
        public static let invalidConfiguration = Code(rawValue: "invalid_configuration")
        /// There is no batch, request or file of that name.
        public static let notFound = Code(rawValue: "not_found")
        /// Another batch has that name.
        public static let nameTaken = Code(rawValue: "name_taken")
        /// The key is missing, or the provider rejected it.
        public static let keyRefused = Code(rawValue: "key_refused")
        /// The batch is bound to another account.
        public static let accountChanged = Code(rawValue: "account_changed")
        /// The call is not valid in the batch's current state.
        public static let wrongState = Code(rawValue: "wrong_state")
        /// Another process is driving the batch.
        public static let heldElsewhere = Code(rawValue: "held_elsewhere")
        /// The batch cannot continue without a decision by its owner.
        public static let needsAttention = Code(rawValue: "needs_attention")
        /// The provider rejected the request permanently.
        public static let providerRefused = Code(rawValue: "provider_refused")
        /// The provider cannot be reached or is busy; retry later.
        public static let providerUnavailable = Code(rawValue: "provider_unavailable")
        /// The storage cannot be used: the file is foreign, newer or damaged, or it cannot be opened.
        public static let storage = Code(rawValue: "storage")
        /// The storage is temporarily unavailable (busy, disk full, I/O error). Nothing is half-written; retry.
        public static let storageUnavailable = Code(rawValue: "storage_unavailable")
        /// A file could not be read or written.
        public static let file = Code(rawValue: "file")
    }

    /// The kind of error, for programs.
    public let code: Code
    /// What happened and why, on one line.
    public let message: String
    /// What to do about it, if anything is known to help.
    public let remedy: Remedy?
    /// The kind of provider failure, the same for every provider; nil when no provider is involved.
    public var kind: ProviderError.Kind?
    /// The batch concerned, when the call did not name it: one that was created but could not be submitted.
    public var batch: BatchID?

    public init(_ code: Code, _ message: String, remedy: Remedy? = nil, kind: ProviderError.Kind? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.kind = kind
    }

    public var description: String { remedy.map { "\(message). \($0)" } ?? message }
}
