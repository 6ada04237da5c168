import AsyncHTTPClient
import Foundation
import LLMBatchCore
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension ProviderError {
    /// From an HTTP answer that is not a success, in the OpenAI error form or whatever a proxy made of it.
    ///
    /// Source: OpenAI error codes guide; the codes of compatible services as seen.
    init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        let answer = try? JSONObject(body)
        let error = answer?.object("error")
        let code = error?.string("code") ?? error?.integer("code").map(String.init)
        let type = error?.string("type")
        let message =
            error?.string("message") ?? answer?.string("error") ?? answer?.string("message")
            ?? Self.excerpt(body, status: status)
        let kind = Self.kind(status: status, code: code, type: type, message: message)
        self.init(
            kind, delivery: Self.isRefusal(status) ? .refused : .unknown, message: message, code: code ?? type,
            statusCode: status, retryAfter: Self.retryAfter(headers), body: body)
        lacksRoom = code == "token_limit_exceeded"
        if kind == .overloaded, status == 400 {
            self.code = "file_not_ready"
            retryAfter = retryAfter ?? .seconds(1)
        }
    }

    /// From what went wrong below HTTP.
    init(transport error: any Error) {
        switch error {
        case let error as ProviderError: self = error
        case is CancellationError: self.init(.cancelled, delivery: .unknown, message: "the call was cancelled")
        case let error as HTTPClientError: self.init(client: error)
        case let error as NIOConnectionError:
            let isTimeout = error.connectionErrors.contains {
                if case ChannelError.connectTimeout = $0.error { true } else { false }
            }
            let reason = isTimeout ? "no connection in time" : "cannot connect"
            self.init(
                isTimeout ? .timeout : .network, delivery: .notSent,
                message: "\(reason) to \(error.host) port \(error.port)")
        case ChannelError.connectTimeout: self.init(.timeout, delivery: .notSent, message: "no connection in time")
        // An answer that ends like this may have been one; a handshake ends otherwise.
        case NIOSSLError.uncleanShutdown:
            self.init(.network, delivery: .unknown, message: "the connection broke (uncleanShutdown)")
        case is NIOSSLError, is NIOSSLExtraError:
            self.init(.network, delivery: .notSent, message: "no secure connection: \(type(of: error))")
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            self.init(.network, delivery: .notSent, message: "cannot connect: connection refused")
        default:
            self.init(.network, delivery: .unknown, message: "the connection broke (\(type(of: error)))")
        }
    }

    private init(client error: HTTPClientError) {
        switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout:
            self.init(.timeout, delivery: .notSent, message: "no connection in time")
        case .readTimeout, .writeTimeout, .deadlineExceeded, .requestStreamCancelled:
            self.init(.timeout, delivery: .unknown, message: "no answer in time")
        case .cancelled: self.init(.cancelled, delivery: .unknown, message: "the call was cancelled")
        case .tlsHandshakeTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout:
            self.init(.timeout, delivery: .notSent, message: "no secure connection in time")
        default: self.init(.network, delivery: .unknown, message: "the connection broke (\(error.shortDescription))")
        }
    }

    private static func kind(status: Int, code: String?, type: String?, message: String) -> Kind {
        let words = [code, type].compactMap { $0?.lowercased() }
        if words.contains("model_not_found") { return .modelNotFound }
        if words.contains("token_limit_exceeded") { return .quota }
        switch status {
        case 300..<400: return .network
        // Right after an upload the service may not see the file yet.
        case 400 where message.lowercased().contains("cannot find file"): return .overloaded
        case 401: return .authentication
        case 402: return .quota
        case 403: return .permission
        // Gone: some services say so of what was deleted.
        case 404, 410: return .notFound
        case 408, 504: return .timeout
        case 409, 503, 529: return .overloaded
        case 429: return words.contains(where: Self.quotaWords.contains) ? .quota : .rateLimit
        case 400..<500: return .invalidRequest
        default: return .providerInternal
        }
    }

    private static let quotaWords: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded", "billing_hard_limit_reached",
    ]

    private static func isRefusal(_ status: Int) -> Bool {
        (300..<500).contains(status) && status != 408
    }

    private static func excerpt(_ body: [UInt8], status: Int) -> String {
        if (300..<400).contains(status) { return "the service redirects, which is not followed; check the base URL" }
        let text =
            String(decoding: body.prefix(200), as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
            ?? ""
        return text.isEmpty ? "no reason was given" : text
    }

    /// How long the service asks to wait: milliseconds, seconds, or a date.
    static func retryAfter(_ headers: HTTPHeaders) -> Duration? {
        if let text = headers.first(name: "retry-after-ms"), let value = Double(text) {
            return wait(seconds: value / 1000)
        }
        guard let text = headers.first(name: "retry-after") else { return nil }
        if let value = Double(text) { return wait(seconds: value) }
        return HTTPDate.read(text).flatMap { wait(seconds: max(0, $0.timeIntervalSinceNow)) }
    }

    /// A wait that makes sense: no service is waited for longer than an hour at a time, whatever it asks.
    private static func wait(seconds: Double) -> Duration? {
        guard seconds >= 0 else { return nil }
        return .seconds(min(seconds, 3600))
    }
}
