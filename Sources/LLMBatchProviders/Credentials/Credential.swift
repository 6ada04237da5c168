import AsyncHTTPClient
import NIOHTTP1
import LLMBatchCore

/// Authenticates calls to a service, and keeps the secret out of everything else.
protocol Credential: Sendable {
    /// Adds its headers to a call before it is sent; may fetch or renew a token first.
    ///
    /// - Parameter payload: SHA-256 of the body, if known in advance.
    func authorize(_ request: inout HTTPClientRequest, payload: PayloadHash) async throws(ProviderError)
    /// Called after the service refused the credential; true when a second try would send a different one.
    func renew(after refused: HTTPClientRequest) async throws(ProviderError) -> Bool
    /// Redacts its secrets from bytes that a service sent.
    func redacted(_ bytes: [UInt8]) -> [UInt8]
    /// Distinguishes credentials without revealing them; nil without one.
    var fingerprint: String? { get }
}

/// The hash of a body, if known before it is sent.
enum PayloadHash: Sendable {
    case sha256([UInt8])
    /// A stream whose bytes are not known in advance.
    case unknown
}

extension Credential {
    /// A static credential cannot be renewed.
    func renew(after refused: HTTPClientRequest) -> Bool { false }

    func redacted(_ text: String) -> String { String(decoding: redacted(Array(text.utf8)), as: UTF8.self) }
}

/// A key sent in a header.
struct KeyCredential: Credential {
    let key: APIKey
    /// `authorization` means a bearer token.
    var header = "authorization"

    func authorize(_ request: inout HTTPClientRequest, payload: PayloadHash) {
        request.headers.replaceOrAdd(name: header, value: header == "authorization" ? key.bearer : key.plain)
    }

    func redacted(_ bytes: [UInt8]) -> [UInt8] { key.redacted(bytes) }

    var fingerprint: String? { key.fingerprint }
}

/// No credential: for a local service or a presigned URL.
struct NoCredential: Credential {
    func authorize(_ request: inout HTTPClientRequest, payload: PayloadHash) {}
    func redacted(_ bytes: [UInt8]) -> [UInt8] { bytes }
    var fingerprint: String? { nil }
}

extension Optional<APIKey> {
    /// A bearer token, or no credential without a key.
    var credential: any Credential { map { KeyCredential(key: $0) } ?? NoCredential() }
}
