import AsyncHTTPClient
import Foundation
package import LLMBatchCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension ProviderError {
    /// From an HTTP error response, in OpenAI's error format or whatever a proxy made of it.
    ///
    /// Source: OpenAI error codes guide; the codes of compatible services as seen.
    init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        let said = ErrorBody(body)
        let code = said?.code
        let type = said?.type
        let message = Self.message(status, body, said)
        let kind = Self.kind(status: status, code: code, type: type, message: message)
        self.init(
            kind, delivery: Self.isRefusal(status) ? .refused : .unknown, message: message, code: code ?? type,
            statusCode: status, retryAfter: Self.retryAfter(headers), body: body)
        isQueueFull = kind.mayMeanQueueFull && QueueFullError.isMeant(code: code, message: message)
        if kind == .overloaded, status == 400 {
            self.code = "file_not_ready"
            retryAfter = retryAfter ?? .seconds(1)
        }
    }

    /// From a failure below HTTP.
    package init(transport error: any Error) {
        switch error {
        case let error as ProviderError: self = error
        case is CancellationError: self.init(.cancelled, delivery: .unknown, message: "the call was cancelled")
        case let error as HTTPClientError: self.init(client: error)
        case let error as NIOConnectionError:
            let isTimeout = error.connectionErrors.contains {
                if case ChannelError.connectTimeout = $0.error { true } else { false }
            }
            let reason = isTimeout ? "connecting timed out" : "cannot connect"
            self.init(
                isTimeout ? .timeout : .network, delivery: .notSent,
                message: "\(reason) to \(error.host) port \(error.port)")
        case ChannelError.connectTimeout: self.init(.timeout, delivery: .notSent, message: "connecting timed out")
        // Nothing is sent before the handshake is done and the certificate is verified. Other TLS failures may happen after the
        // request was sent.
        case let error as NIOSSLError where error.isOfHandshake:
            self.init(.network, delivery: .notSent, message: "the TLS handshake failed: \(type(of: error))")
        case is NIOSSLExtraError:
            self.init(.network, delivery: .notSent, message: "the TLS handshake failed: \(type(of: error))")
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            self.init(.network, delivery: .notSent, message: "cannot connect: connection refused")
        default:
            self.init(.network, delivery: .unknown, message: "the connection broke (\(type(of: error)))")
        }
    }

    private init(client error: HTTPClientError) {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout:
            self.init(.timeout, delivery: .notSent, message: "connecting timed out")
        case .readTimeout, .writeTimeout, .deadlineExceeded, .requestStreamCancelled:
            self.init(.timeout, delivery: .unknown, message: "the answer timed out")
        case .cancelled: self.init(.cancelled, delivery: .unknown, message: "the call was cancelled")
        case .tlsHandshakeTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout:
            self.init(.timeout, delivery: .notSent, message: "the TLS handshake timed out")
        default: self.init(.network, delivery: .unknown, message: "the connection broke (\(error.shortDescription))")
        }
    }

    private static func kind(status: Int, code: String?, type: String?, message: String) -> Kind {
        let words = [code, type].compactMap { $0?.lowercased() }
        if words.contains("model_not_found") { return .modelNotFound }
        if words.contains("token_limit_exceeded") { return .quota }
        if (400..<500).contains(status), RefusedCredential.isMeant(words: words, message: message) {
            return .authentication
        }
        switch status {
        case 300..<400: return .network
        // Right after an upload, the file may not be visible yet.
        case 400 where message.lowercased().contains("cannot find file"): return .overloaded
        case 401: return .authentication
        case 402: return .quota
        case 403: return .permission
        // 410 Gone: some services answer this for deleted objects.
        case 404, 410: return .notFound
        case 408, 504: return .timeout
        case 409, 503, 529: return .overloaded
        case 429: return words.contains(where: Self.quotaWords.contains) ? .quota : .rateLimit
        // 501 Not Implemented: a retry would not help.
        case 400..<500, 501: return .invalidRequest
        default: return .providerInternal
        }
    }

    private static let quotaWords: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded", "billing_hard_limit_reached",
    ]

    private static func isRefusal(_ status: Int) -> Bool {
        (300..<500).contains(status) && status != 408 || status == 501
    }

    /// The message of the answer. For a proxy's HTML page: the status and the title.
    private static func message(_ status: Int, _ body: [UInt8], _ said: ErrorBody?) -> String {
        if (300..<400).contains(status) {
            return "the service redirects, and redirects are not followed; check the base URL"
        }
        guard BodyText.isPage(body) else {
            return said?.message ?? "\(HTTPStatusText.status(status)), without a reason"
        }
        let words = HTTPStatusText.status(status)
        guard let title = BodyText.words(body), !words.hasSuffix(title) else { return words }
        return title.hasPrefix("\(status)") ? "HTTP \(title)" : "\(words): \(title)"
    }

    /// How long the service asks to wait: milliseconds, seconds, or a date.
    static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        if let wait = headers.first(name: "retry-after-ms").flatMap({ WireNumber.wait($0, perSecond: 1000) }) {
            return wait
        }
        guard let text = headers.first(name: "retry-after") else { return nil }
        if let wait = WireNumber.wait(text) { return wait }
        return HTTPDate.read(text).map { .seconds(min(max(0, $0.timeIntervalSinceNow), 3600)) }
    }
}

extension ProviderError.Kind {
    /// A full queue is reported as an invalid request, a rate limit or an exhausted quota.
    fileprivate var mayMeanQueueFull: Bool { self == .invalidRequest || self == .rateLimit || self == .quota }
}

extension NIOSSLError {
    /// True for a failed handshake, before which nothing was sent.
    fileprivate var isOfHandshake: Bool {
        switch self {
        case .handshakeFailed, .unableToValidateCertificate, .noCertificateToValidate, .noSuchFilesystemObject,
            .failedToLoadCertificate, .failedToLoadPrivateKey, .cannotFindPeerIP, .cannotMatchULabel:
            true
        default: false
        }
    }
}

/// Recognizes a refused credential, whatever the HTTP status.
enum RefusedCredential {
    private static let codes: Set<String> = [
        "invalid_api_key", "incorrect_api_key", "api_key_invalid", "invalid_key", "invalidapikey", "apikeyinvalid",
        "authentication_error", "authentication_failed", "invalid_authentication", "invalid_authentication_error",
        "unauthorized", "unauthenticated", "invalid_token", "token_expired", "expired_token", "invalid_credentials",
    ]
    private static let sentences = [
        "invalid api key", "invalid api-key", "invalid api_key", "incorrect api key", "wrong api key",
        "api key is invalid", "api key not valid", "api key not found", "api key expired", "api key has expired",
        "no api key", "missing api key", "invalid access token", "no auth credentials",
    ]

    /// - Parameter words: codes and types in lowercase.
    static func isMeant(words: [String], message: String) -> Bool {
        if words.contains(where: codes.contains) { return true }
        let message = message.lowercased()
        return sentences.contains(where: message.contains)
    }
}

/// Recognizes a full queue: of tokens, requests or jobs.
///
/// Source: OpenAI Batch guide, `token_limit_exceeded`; messages of other limits as seen.
enum QueueFullError {
    private static let codes: Set<String> = [
        "token_limit_exceeded", "request_limit_exceeded", "enqueued_token_limit_exceeded",
        "enqueued_request_limit_exceeded", "batch_limit_exceeded", "queue_full",
    ]
    private static let sentences = [
        "enqueued token limit", "enqueued request limit", "enqueued batch limit",
        "in_progress batches have been completed",
        "batch queue is full", "queue limit reached",
    ]

    static func isMeant(code: String?, message: String?) -> Bool {
        if let code = code?.lowercased(), codes.contains(code) { return true }
        guard let message = message?.lowercased() else { return false }
        return sentences.contains(where: message.contains)
    }
}
