/// Why a call to a provider did not give what it was to give.
///
/// Its texts are safe to show: a key that a service repeats in its answer is taken out before it gets here.
public struct ProviderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of trouble, in the same words for every provider.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case authentication
        case permission
        case modelNotFound = "model_not_found"
        case invalidRequest = "invalid_request"
        case notFound = "not_found"
        case rateLimit = "rate_limit"
        /// No credit, a spend limit, or no room in the provider's queue.
        case quota
        case overloaded
        case providerInternal = "provider_internal"
        case timeout
        case cancelled
        case network
        /// The answer could not be read.
        case unreadable

        /// True for trouble that passes by itself.
        public var passes: Bool {
            switch self {
            case .rateLimit, .overloaded, .providerInternal, .timeout, .network, .unreadable: true
            default: false
            }
        }
    }

    /// What is known about whether the call did its work.
    public enum Delivery: String, Sendable, Hashable {
        /// The request never left: no connection, no TLS, no name.
        case notSent
        /// The provider answered no.
        case refused
        /// It may or may not have been done.
        case unknown
    }

    /// The ``code`` of a list that was not read to its end, so that what is not in it proves nothing.
    public static let incompleteList = "incomplete_list"

    /// What kind it is.
    public var kind: Kind
    /// What is known of whether the call did its work.
    public var delivery: Delivery
    /// What happened, in words.
    public var message: String
    /// The provider's own code, where it gave one.
    public var code: String?
    /// The HTTP status, where there was one.
    public var statusCode: Int?
    /// How long the provider asks to wait.
    public var retryAfter: Duration?
    /// True when the provider has no room in its queue now, and will have: the call is made again later.
    public var lacksRoom = false
    /// The body of the answer, for the record of a request that failed.
    public var body: [UInt8]?

    /// Makes one of its parts.
    public init(
        _ kind: Kind, delivery: Delivery, message: String, code: String? = nil, statusCode: Int? = nil,
        retryAfter: Duration? = nil, body: [UInt8]? = nil
    ) {
        self.kind = kind
        self.delivery = delivery
        self.message = message
        self.code = code
        self.statusCode = statusCode
        self.retryAfter = retryAfter
        self.body = body
    }

    /// True for trouble that passes by itself, so that the call may be repeated; a redirect is not.
    public var passes: Bool { kind.passes && !(kind == .network && delivery == .refused) }

    /// In words, safe to show.
    public var description: String {
        let told = [statusWords, codeWords].compactMap { $0 }.joined(separator: ", ")
        return "\(kind.rawValue.replacing("_", with: " ")): \(message)\(told.isEmpty ? "" : " (\(told))")"
    }

    /// The status, unless the message begins with it.
    private var statusWords: String? {
        statusCode.flatMap { message.hasPrefix("HTTP \($0)") ? nil : "HTTP \($0)" }
    }

    /// The code, unless it says the status or the kind once more.
    private var codeWords: String? {
        guard let code, code != kind.rawValue else { return nil }
        return statusCode.map { [String($0), "http_\($0)"].contains(code) } == true ? nil : code
    }

    /// The code of an input that is too large, where the service names none.
    package static let tooLarge = "request_too_large"

    /// The same as the word and message of a result.
    public var asResultError: ResultError { ResultError(code: code ?? kind.rawValue, message: message) }

    /// What is thrown when work stops because of it: `CancellationError` when the task was cancelled, which is nobody's
    /// refusal, else ``asBatchError(doing:)``.
    public func stopping(_ what: String) -> any Error {
        kind == .cancelled ? CancellationError() : asBatchError(doing: what)
    }

    /// The error its owner sees when work stops because of it.
    public func asBatchError(doing what: String) -> LLMBatchError {
        switch kind {
        case .authentication, .permission:
            LLMBatchError(
                .keyRefused, "\(what): \(description)",
                hint: "Check the key and its rights; nothing is lost, run the same command again", kind: kind)
        case .quota:
            LLMBatchError(
                .providerUnavailable, "\(what): \(description)",
                hint: "Nothing is lost; add credit or wait for room, then run the same command again", kind: kind)
        case _ where passes:
            LLMBatchError(
                .providerUnavailable, "\(what): \(description)",
                hint: "Nothing is lost; run the same command again later", kind: kind)
        default:
            LLMBatchError(.providerRefused, "\(what): \(description)", kind: kind)
        }
    }
}
