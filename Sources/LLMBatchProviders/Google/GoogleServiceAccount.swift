import CryptoExtras
import Foundation
import LLMBatchCore

/// A service account, which proves its identity with a signed assertion.
///
/// Source: Google, "Using OAuth 2.0 for server to server applications": a JWT signed with RS256 is exchanged for a token.
struct GoogleServiceAccount: GoogleTokenSource {
    let email: String
    private let key: _RSA.Signing.PrivateKey
    private let keyID: String?
    private let endpoint: GoogleTokenEndpoint

    /// From the members of a key file, see ``GoogleCredentialFile``.
    init(_ file: JSONObject, timeout: Duration) throws {
        guard let email = WireReading.filled(file.string("client_email")),
            let pem = WireReading.filled(file.string("private_key"))
        else { throw LLMBatchError(.keyRefused, "the service account's file lacks client_email or private_key") }
        // The parser's error could quote the key, so it is dropped.
        guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem) else {
            throw LLMBatchError(.keyRefused, "the private_key of the service account's file cannot be read")
        }
        self.email = email
        self.key = key
        keyID = WireReading.filled(file.string("private_key_id"))
        endpoint = try GoogleTokenEndpoint(file.string("token_uri") ?? GoogleTokenEndpoint.standard, timeout: timeout)
    }

    func token(at now: Date) async throws(ProviderError) -> GoogleAccessToken {
        let assertion = try assertion(at: now)
        return try await endpoint.token(
            [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)],
            secrets: [APIKey(assertion)], at: now)
    }

    /// A JSON Web Token: header, claims and signature, each in base64url. Source: RFC 7515, 3.1.
    private func assertion(at now: Date) throws(ProviderError) -> String {
        let seconds = Int(now.timeIntervalSince1970)
        var header: [String: JSONValue] = ["alg": "RS256", "typ": "JWT"]
        if let keyID { header["kid"] = .string(keyID) }
        let claims: JSONValue = [
            "iss": .string(email), "scope": .string(GoogleTokenEndpoint.scope), "aud": .string(endpoint.address),
            "iat": .integer(seconds), "exp": .integer(seconds + 3600),
        ]
        let signed = Self.base64URL(JSONValue.object(header).json) + "." + Self.base64URL(claims.json)
        do {
            // RS256 is PKCS #1 v1.5 with SHA-256.
            let signature = try key.signature(for: Data(signed.utf8), padding: .insecurePKCS1v1_5)
            return signed + "." + Self.base64URL(signature.rawRepresentation)
        } catch {
            throw ProviderError(.authentication, delivery: .notSent, message: "the assertion could not be signed")
        }
    }

    private static func base64URL(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// A user who logged in with `gcloud auth application-default login`, identified by a refresh token.
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
