import Foundation
import LLMBatchCore

/// An access token of Google Cloud, and when to renew it.
struct GoogleAccessToken: Sendable {
    let secret: APIKey
    /// The time to renew it, some time before it expires.
    let renewal: Date

    /// Reads the answer of a token endpoint: `{"access_token", "expires_in", "token_type"}`.
    ///
    /// Source: RFC 6749, 5.1.
    init(_ body: [UInt8], at now: Date) throws(ProviderError) {
        guard let object = try? JSONObject(body), let token = WireReading.filled(object.string("access_token")) else {
            throw ProviderError(.unreadable, delivery: .notSent, message: "the answer contains no access token")
        }
        let lifetime = Double(min(object.count("expires_in") ?? 3600, 86_400))
        secret = APIKey(token)
        renewal = now.addingTimeInterval(lifetime - min(300, lifetime / 4))
    }

    /// A token that is renewed elsewhere.
    init(_ secret: APIKey) {
        self.secret = secret
        renewal = .distantFuture
    }
}

/// A source of access tokens of Google Cloud.
protocol GoogleTokenSource: Sendable {
    /// Fetches a new token.
    ///
    /// - Throws: ``ProviderError`` with the delivery `notSent`: the call that needs the token was not made.
    func token(at now: Date) async throws(ProviderError) -> GoogleAccessToken
    /// False for a token that cannot be renewed here.
    var renews: Bool { get }
}

extension GoogleTokenSource {
    var renews: Bool { true }
}

/// A fixed token, from the environment or from code.
struct GoogleFixedToken: GoogleTokenSource {
    let secret: APIKey

    func token(at now: Date) -> GoogleAccessToken { GoogleAccessToken(secret) }
    var renews: Bool { false }
}
