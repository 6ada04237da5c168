import Foundation
import LLMBatchCore
import NIOHTTP1

/// Google's OAuth token endpoint, which issues access tokens.
///
/// Source: RFC 6749 and Google's "Using OAuth 2.0 for server to server applications".
struct GoogleTokenEndpoint: Sendable {
    /// The scope that covers both Vertex AI and Cloud Storage.
    static let scope = "https://www.googleapis.com/auth/cloud-platform"
    static let standard = "https://oauth2.googleapis.com/token"

    /// The URL, which is also the audience of an assertion.
    let address: String
    private let transport: HTTPTransport

    /// - Throws: `invalidConfiguration` for a URL that secrets must not be sent to.
    init(_ address: String, timeout: Duration) throws {
        let service = try ServiceURL(address)
        guard service.isSecret else {
            throw LLMBatchError(
                .invalidConfiguration, "the credentials name a token endpoint that is not secure; it must use https")
        }
        self.address = address
        transport = HTTPTransport(
            service: service, credential: NoCredential(), timeout: timeout,
            failure: { GoogleTokenEndpoint.refusal($0, $1, $2) })
    }

    /// - Parameter secrets: redacted from the endpoint's answer.
    func token(
        _ form: [(String, String)], secrets: [APIKey], at now: Date
    ) async throws(ProviderError) -> GoogleAccessToken {
        let body = form.map { "\($0.0)=\(ServiceURL.encoded($0.1))" }.joined(separator: "&")
        do throws(ProviderError) {
            let reply = try await transport.send(
                .init(
                    method: .POST, target: .url(address),
                    body: .bytes(Array(body.utf8), type: "application/x-www-form-urlencoded")))
            return try GoogleAccessToken(reply.body, at: now)
        } catch {
            throw error.whileFetchingToken(hiding: secrets)
        }
    }

    /// Source: RFC 6749, 5.2: `{"error", "error_description"}`.
    private static func refusal(_ status: Int, _ headers: HTTPHeaders, _ body: [UInt8]) -> ProviderError {
        var error = ProviderError(status: status, headers: headers, body: body)
        if let object = try? JSONObject(body), let code = object.string("error") {
            error.code = code
            error.message = object.string("error_description") ?? code
        }
        if status == 400 || status == 403 { error.kind = .authentication }
        return error
    }
}

extension ProviderError {
    /// The same failure, for a call that could not be made without a token.
    func whileFetchingToken(hiding secrets: [APIKey] = []) -> ProviderError {
        var error = self
        let hidden = secrets.reduce(Array(message.utf8)) { $1.redacted($0) }
        error.message = "fetching an access token: " + String(decoding: hidden, as: UTF8.self)
        error.delivery = .notSent
        error.body = nil
        return error
    }
}

extension ServiceURL {
    /// True for a URL that secrets may be sent to: an encrypted one, or one on this machine.
    var isSecret: Bool {
        guard let parts = URLComponents(string: text) else { return false }
        return parts.scheme?.lowercased() == "https"
            || ["127.0.0.1", "localhost", "::1", "[::1]"].contains(parts.host?.lowercased() ?? "")
    }
}
