import AsyncHTTPClient
import Foundation
import LLMBatchCore
import NIOHTTP1

/// Signs calls to one AWS service, with credentials that are renewed before they expire.
struct AWSCredential: Credential {
    let keys: AWSCredentialChain
    let signing: SigV4
    var now: @Sendable () -> Date = { Date() }

    /// Headers that are signed in addition to `x-amz-…`.
    private static let signedNames: Set = ["content-type", "content-md5"]

    func authorize(_ request: inout HTTPClientRequest, payload: PayloadHash) async throws(ProviderError) {
        let keys = try await keys.keys()
        let (host, path, query) = Self.parts(of: request.url)
        let headers = request.headers.filter {
            let name = $0.name.lowercased()
            return Self.signedNames.contains(name) || name.hasPrefix("x-amz-")
        }
        let hash =
            switch payload {
            case .sha256(let bytes): bytes.hex
            case .unknown: SigV4.unsignedPayload
            }
        let call = SigV4.Call(
            method: request.method.rawValue, host: host, path: path, query: query,
            headers: headers.map { ($0.name, $0.value) }, payload: hash)
        for (name, value) in signing.headers(for: call, keys: keys, at: now()) {
            request.headers.replaceOrAdd(name: name, value: value)
        }
    }

    func redacted(_ bytes: [UInt8]) -> [UInt8] { keys.redacted(bytes) }

    /// Temporary credentials change; the account is identified by the role of the job instead.
    var fingerprint: String? { nil }

    /// The host, with its port unless it is the scheme's default, and the path and query as sent.
    static func parts(of address: String) -> (host: String, path: String, query: String) {
        var rest = address[...]
        let isPlain = rest.hasPrefix("http://")
        if let scheme = rest.range(of: "://") { rest = rest[scheme.upperBound...] }
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        var host = rest[..<end]
        let own = isPlain ? ":80" : ":443"
        if host.hasSuffix(own) { host = host.dropLast(own.count) }
        let halves = rest[end...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(host), halves.first.map(String.init) ?? "/", halves.count > 1 ? String(halves[1]) : "")
    }
}
