import Foundation
import JWTKit
import LLMBatchCore

/// A service account, which proves itself with a signed assertion.
///
/// Source: Google, "Using OAuth 2.0 for server to server applications": a JWT signed with RS256 is exchanged for a token.
struct GoogleServiceAccount: GoogleTokenSource {
    let email: String
    private let key: Insecure.RSA.PrivateKey
    private let keyID: String?
    private let endpoint: GoogleTokenEndpoint

    /// From the members of a key file, see ``GoogleCredentialFile``.
    init(_ file: JSONObject, timeout: Duration) throws {
        guard let email = WireReading.filled(file.string("client_email")),
            let pem = WireReading.filled(file.string("private_key"))
        else { throw LLMBatchError(.keyRefused, "the service account's file lacks client_email or private_key") }
        // What is wrong with a key is nobody's business but its owner's: the error says nothing of it.
        guard let key = try? Insecure.RSA.PrivateKey(pem: pem) else {
            throw LLMBatchError(.keyRefused, "the private_key of the service account's file cannot be read")
        }
        self.email = email
        self.key = key
        keyID = WireReading.filled(file.string("private_key_id"))
        endpoint = try GoogleTokenEndpoint(file.string("token_uri") ?? GoogleTokenEndpoint.standard, timeout: timeout)
    }

    func token(at now: Date) async throws(ProviderError) -> GoogleAccessToken {
        let assertion = try await assertion(at: now)
        return try await endpoint.token(
            [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)],
            secrets: [APIKey(assertion)], at: now)
    }

    private func assertion(at now: Date) async throws(ProviderError) -> String {
        let seconds = Int(now.timeIntervalSince1970)
        let claims = Claims(
            iss: email, scope: GoogleTokenEndpoint.scope, aud: endpoint.address, iat: seconds, exp: seconds + 3600)
        do {
            let keys = JWTKeyCollection()
            let id = keyID.map { JWKIdentifier(string: $0) }
            await keys.add(rsa: key, digestAlgorithm: .sha256, kid: id)
            return try await keys.sign(claims, kid: id)
        } catch {
            throw ProviderError(.authentication, delivery: .notSent, message: "the assertion could not be signed")
        }
    }

    private struct Claims: JWTPayload {
        var iss: String
        var scope: String
        var aud: String
        var iat: Int
        var exp: Int

        func verify(using algorithm: some JWTAlgorithm) {}
    }
}

/// A person who logged in with `gcloud auth application-default login`, known by a refresh token.
struct GoogleUser: GoogleTokenSource {
    private let form: [(String, String)]
    private let secrets: [APIKey]
    private let endpoint: GoogleTokenEndpoint

    init(_ file: JSONObject, timeout: Duration) throws {
        guard let client = WireReading.filled(file.string("client_id")),
            let secret = WireReading.filled(file.string("client_secret")),
            let refresh = WireReading.filled(file.string("refresh_token"))
        else {
            throw LLMBatchError(.keyRefused, "the credentials' file lacks client_id, client_secret or refresh_token")
        }
        form = [
            ("grant_type", "refresh_token"), ("client_id", client), ("client_secret", secret),
            ("refresh_token", refresh),
        ]
        secrets = [APIKey(secret), APIKey(refresh)]
        endpoint = try GoogleTokenEndpoint(file.string("token_uri") ?? GoogleTokenEndpoint.standard, timeout: timeout)
    }

    func token(at now: Date) async throws(ProviderError) -> GoogleAccessToken {
        try await endpoint.token(form, secrets: secrets, at: now)
    }
}
