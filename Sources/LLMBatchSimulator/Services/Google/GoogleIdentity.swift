import Crypto
import CryptoExtras
public import Foundation
import LLMBatchCore

/// The identities that may call a simulated Google Cloud service, and their credential files.
struct GoogleIdentity: Sendable {
    static let email = "tester@simulated-project.iam.gserviceaccount.com"
    static let keyID = "0123456789abcdef0123456789abcdef01234567"
    static let refreshToken = "1//refresh-simulated"
    static let clientSecret = "client-secret-simulated"

    /// Created once per process, because finding primes is slow.
    private static let key = Result { try _RSA.Signing.PrivateKey(keySize: .bits2048) }

    /// The key file of a service account whose tokens come from `origin`.
    static func serviceAccount(origin: String) throws -> Data {
        let file: JSONNode = [
            "type": "service_account", "project_id": "simulated-project", "private_key_id": .string(keyID),
            "private_key": .string(try key.get().pkcs8PEMRepresentation), "client_email": .string(email),
            "client_id": "100000000000000000001", "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": .string(origin + "/token"), "universe_domain": "googleapis.com",
        ]
        return file.encoded
    }

    /// The credential file of a user who logged in with gcloud.
    static func user(origin: String) -> Data {
        let file: JSONNode = [
            "type": "authorized_user", "client_id": "client-simulated", "client_secret": .string(clientSecret),
            "refresh_token": .string(refreshToken), "quota_project_id": "simulated-project",
            "token_uri": .string(origin + "/token"), "universe_domain": "googleapis.com",
        ]
        return file.encoded
    }

    /// The problem with an assertion; nil when it is valid.
    ///
    /// Source: Google, "Using OAuth 2.0 for server to server applications".
    static func objection(to assertion: String, audience: String) -> String? {
        let parts = assertion.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let head = bytes(parts[0]).flatMap(JSONNode.init(reading:)),
            let claims = bytes(parts[1]).flatMap(JSONNode.init(reading:)), let signature = bytes(parts[2])
        else { return "Invalid JWT." }
        guard head["alg"]?.text == "RS256", head["kid"]?.text == keyID else { return "Invalid JWT header." }
        guard let key = try? key.get() else { return "There is no key." }
        let isGood = key.publicKey.isValidSignature(
            _RSA.Signing.RSASignature(rawRepresentation: signature), for: Data("\(parts[0]).\(parts[1])".utf8),
            padding: .insecurePKCS1v1_5)
        guard isGood else { return "Invalid JWT Signature." }
        guard claims["iss"]?.text == email else { return "Invalid grant: account not found" }
        // The URL in the key file, or the standard one that Google's own libraries always use.
        guard [audience, "https://oauth2.googleapis.com/token"].contains(claims["aud"]?.text) else {
            return "Invalid JWT: wrong audience."
        }
        guard claims["scope"]?.text?.hasSuffix("/auth/cloud-platform") == true else { return "Invalid scope." }
        guard let issued = claims["iat"]?.integer, let expiry = claims["exp"]?.integer, expiry - issued <= 3600,
            expiry > Fingerprint.now, issued <= Fingerprint.now + 60
        else { return "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe." }
        return nil
    }

    /// Decodes base64url.
    private static func bytes(_ text: String) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4))
    }
}

extension ProviderSimulator {
    /// The JSON text of a service account's key file, which a simulator of Google Cloud accepts.
    ///
    /// - Throws: When the key cannot be created.
    public var googleServiceAccount: Data { get throws { try GoogleIdentity.serviceAccount(origin: origin) } }

    /// The JSON text of the credential file of a user who logged in with gcloud, which a simulator of Google Cloud
    /// accepts.
    public var googleUser: Data { GoogleIdentity.user(origin: origin) }
}
