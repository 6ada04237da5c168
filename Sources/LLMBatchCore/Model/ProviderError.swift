/// Why a call to a provider failed.
///
/// Its texts are safe to show: a key that a service repeats in its response has been removed.
public struct ProviderError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure, the same for every provider.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case authentication
        case permission
        case modelNotFound = "model_not_found"
        case invalidRequest = "invalid_request"
        case notFound = "not_found"
        case rateLimit = "rate_limit"
        /// No credit, a spending limit, or a full queue at the provider.
        case quota
        case overloaded
        case providerInternal = "provider_internal"
        case timeout
        case cancelled
        case network
        /// The response could not be parsed.
        case unreadable

        /// True for kinds that are transient.
        package var isTransient: Bool {
            switch self {
            case .rateLimit, .overloaded, .providerInternal, .timeout, .network, .unreadable: true
            default: false
            }
        }
    }

    /// Whether the call is known to have taken effect.
    public enum Delivery: String, Sendable, Hashable {
        /// The request never left: connection, TLS or name resolution failed.
        case notSent
        /// The provider rejected the request.
        case refused
        /// The request may or may not have taken effect.
        case unknown
    }

    /// The ``code`` of a list that was not read to its end, so that a missing entry proves nothing.
    public static let incompleteList = "incomplete_list"

    /// The kind of failure.
    public var kind: Kind
    /// Whether the call is known to have taken effect.
    public var delivery: Delivery
    /// What happened.
    public var message: String
    /// The provider's own error code; nil where it gave none.
    public var code: String?
    /// The HTTP status; nil where there was none.
    public var statusCode: Int?
    /// How long the provider asks to wait before the next call.
    public var retryAfter: Duration?
    /// True when the provider's queue is full for now; the call is retried later.
    public var isQueueFull = false
    /// The body of the response, kept in the record of the failed request.
    public var body: [UInt8]?

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

    /// True when the failure is transient and the call can be retried; false for a redirect.
    public var isTransient: Bool { kind.isTransient && !(kind == .network && delivery == .refused) }

    public var description: String {
        let told = [statusWords, codeWords].compactMap { $0 }.joined(separator: ", ")
        return "\(kind.rawValue.replacing("_", with: " ")): \(message)\(told.isEmpty ? "" : " (\(told))")"
    }

    /// The status, unless the message already begins with it.
    private var statusWords: String? {
        statusCode.flatMap { message.hasPrefix("HTTP \($0)") ? nil : "HTTP \($0)" }
    }

    /// The code, unless it repeats the status or the kind.
    private var codeWords: String? {
        guard let code, code != kind.rawValue else { return nil }
        return statusCode.map { [String($0), "http_\($0)"].contains(code) } == true ? nil : code
    }

    /// The code for an input that is too large, where the service gives none.
    package static let tooLarge = "request_too_large"

    /// The same as the code and message of a result.
    package var asResultError: ResultError { ResultError(code: code ?? kind.rawValue, message: message) }

    /// The error to throw when work stops because of this one: `CancellationError` when the task was cancelled, which
    /// no provider rejected, otherwise ``asBatchError(doing:)``.
    package func stopping(_ what: String) -> any Error {
        kind == .cancelled ? CancellationError() : asBatchError(doing: what)
    }

    /// The error that the owner sees when work stops because of this one.
    package func asBatchError(doing what: String) -> LLMBatchError {
        switch kind {
        case .authentication, .permission:
            LLMBatchError(
                .keyRefused, "\(what): \(description)",
                remedy: Remedy("Nothing is lost. Check the key and its rights", .again), kind: kind)
        case .quota:
            LLMBatchError(
                .providerUnavailable, "\(what): \(description)",
                remedy: Remedy("Nothing is lost. Add credit or wait for capacity", .again), kind: kind)
        case _ where isTransient:
            LLMBatchError(
                .providerUnavailable, "\(what): \(description)",
                remedy: Remedy("Nothing is lost. Wait until the service can be reached", .again), kind: kind)
        default:
            LLMBatchError(.providerRefused, "\(what): \(description)", kind: kind)
        }
    }
}
