import AsyncHTTPClient
import NIOHTTP1
import LLMBatchCore

/// Lets a service know who calls, and keeps what proves it out of everything else.
protocol Credential: Sendable {
    /// Adds its headers to a call that is about to be sent; may fetch or renew a token first.
    ///
    /// - Parameter payload: SHA-256 of the body, where it is known beforehand.
    func authorize(_ request: inout HTTPClientRequest, payload: PayloadHash) async throws(ProviderError)
    /// Told that a service refused what was added to a call; true when another try has something else to offer.
    func renew(after refused: HTTPClientRequest) async throws(ProviderError) -> Bool
    /// Takes its secrets out of bytes that a service sent, should it repeat them.
    func redacted(_ bytes: [UInt8]) -> [UInt8]
    /// Tells two credentials apart and gives neither away; nil where there is none.
    var fingerprint: String? { get }
}

/// What is known of a body before it is sent.
enum PayloadHash: Sendable {
    case sha256([UInt8])
    /// A stream whose bytes are not known beforehand.
    case unknown
}

extension Credential {
    /// A credential that does not change has nothing else to offer.
    func renew(after refused: HTTPClientRequest) -> Bool { false }

    func redacted(_ text: String) -> String { String(decoding: redacted(Array(text.utf8)), as: UTF8.self) }
}

/// A key that travels in a header.
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

/// Nobody in particular: a local service, or an address that is its own permission.
struct NoCredential: Credential {
    func authorize(_ request: inout HTTPClientRequest, payload: PayloadHash) {}
    func redacted(_ bytes: [UInt8]) -> [UInt8] { bytes }
    var fingerprint: String? { nil }
}

extension Optional<APIKey> {
    /// As a bearer token; nobody in particular without a key.
    var credential: any Credential { map { KeyCredential(key: $0) } ?? NoCredential() }
}
