import Foundation
import LLMBatchCore

/// An access token of Google Cloud, and how long it is good for.
struct GoogleAccessToken: Sendable {
    let secret: APIKey
    /// When it is to be renewed: some time before it expires.
    let renewal: Date

    /// Reads the answer of a token endpoint: `{"access_token", "expires_in", "token_type"}`.
    ///
    /// Source: RFC 6749, 5.1.
    init(_ body: [UInt8], at now: Date) throws(ProviderError) {
        guard let object = try? JSONObject(body), let token = WireReading.filled(object.string("access_token")) else {
            throw ProviderError(.unreadable, delivery: .notSent, message: "the answer holds no access token")
        }
        let lifetime = Double(min(object.count("expires_in") ?? 3600, 86_400))
        secret = APIKey(token)
        renewal = now.addingTimeInterval(lifetime - min(300, lifetime / 4))
    }

    /// One that somebody else renews.
    init(_ secret: APIKey) {
        self.secret = secret
        renewal = .distantFuture
    }
}

/// Where access tokens of Google Cloud come from.
protocol GoogleTokenSource: Sendable {
    /// Fetches a new token, or nil where there is none but the one at hand.
    ///
    /// - Throws: ``ProviderError`` that says the call itself was not sent.
    func token(at now: Date) async throws(ProviderError) -> GoogleAccessToken
    /// False for a token that nobody here can renew.
    var renews: Bool { get }
}

extension GoogleTokenSource {
    var renews: Bool { true }
}

/// A token at hand, from the environment.
struct GoogleFixedToken: GoogleTokenSource {
    let secret: APIKey

    func token(at now: Date) -> GoogleAccessToken { GoogleAccessToken(secret) }
    var renews: Bool { false }
}
