import AsyncHTTPClient
import Foundation
import LLMBatchCore
import NIOHTTP1

/// Signs calls to one service of AWS with keys that are renewed when it is time.
struct AWSCredential: Credential {
    let keys: AWSKeyChain
    let signing: SigV4
    var now: @Sendable () -> Date = { Date() }

    /// What is not `x-amz-…` and is signed nevertheless.
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
            case .sha256(let bytes): SigV4.hex(bytes)
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

    /// Lent keys change all the time; the account stands in the role of the job.
    var fingerprint: String? { nil }

    /// The host with its port where it is not the scheme's own, and path and query as they are sent.
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
