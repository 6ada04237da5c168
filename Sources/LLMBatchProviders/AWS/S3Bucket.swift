import Foundation
package import LLMBatchCore
import NIOHTTP1

/// One bucket of S3, or of an S3-compatible service.
///
/// Source: Amazon S3 API reference. Every call is signed with the hash of its body.
package struct S3Bucket: Sendable {
    let transport: HTTPTransport
    /// The account that the bucket must belong to, sent with every call.
    private let owner: String?
    /// Larger inputs are uploaded in parts of this size.
    let partSize: Int
    /// The pause before a part is retried.
    let pause: Duration

    /// - Parameters:
    ///   - endpoint: a service other than Amazon's, with the bucket in the path; nil for Amazon's.
    ///   - owner: twelve digits.
    package init(
        _ name: String, region: String, endpoint: String? = nil, owner: String? = nil, keys: AWSCredentialChain,
        partSize: Int = 16 * 1024 * 1024, timeout: Duration = .seconds(60), pause: Duration = .milliseconds(500)
    ) throws {
        transport = HTTPTransport(
            service: try ServiceURL(Self.address(name, region, endpoint)),
            credential: AWSCredential(keys: keys, signing: SigV4(region: region, service: .s3)), timeout: timeout,
            failure: { ProviderError(aws: $0, headers: $1, body: $2) })
        self.owner = owner
        self.partSize = partSize
        self.pause = pause
    }

    /// The certificate of Amazon's hosts does not cover names with dots.
    private static func address(_ name: String, _ region: String, _ endpoint: String?) -> String {
        if let endpoint { return endpoint + (endpoint.hasSuffix("/") ? "" : "/") + name }
        let domain = AWSPartition(region).domain
        return name.contains(".") ? "https://s3.\(region).\(domain)/\(name)" : "https://\(name).s3.\(region).\(domain)"
    }

    // MARK: - Calls

    func call(
        _ method: HTTPMethod, _ key: String, query: [(String, String)] = [], body: HTTPTransport.Body = .none,
        headers: [(String, String)] = [], timeout: Duration? = nil
    ) -> HTTPTransport.Call {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let owner = owner.map { [("x-amz-expected-bucket-owner", $0)] } ?? []
        return .init(
            method: method, path: parts, query: query, body: body, headers: headers + owner, timeout: timeout)
    }

    /// The metadata of an object.
    package struct Head: Sendable {
        package let size: Int
        /// The `sha256` metadata entry, if present.
        package let sha256: String?
    }

    /// The metadata of a key; nil when it does not exist.
    package func head(_ key: String) async throws(ProviderError) -> Head? {
        do throws(ProviderError) {
            let reply = try await transport.send(call(.HEAD, key))
            let size = reply.headers.first(name: "content-length").flatMap { WireNumber.size($0) } ?? 0
            return Head(size: size, sha256: reply.headers.first(name: Self.hashLabel))
        } catch  where error.kind == .notFound && error.statusCode == 404 {
            return nil
        }
    }

    /// The region of the bucket, if the service reports it.
    ///
    /// - Throws: `notFound` when the bucket is missing or in another region, `permission` when access is denied.
    package func region() async throws(ProviderError) -> String? {
        try await transport.send(call(.HEAD, "")).headers.first(name: "x-amz-bucket-region")
    }

    /// Lists one key, to learn the reason of a refusal: the answer to HEAD has no body.
    func isListed() async throws(ProviderError) {
        _ = try await transport.send(call(.GET, "", query: [("list-type", "2"), ("max-keys", "1")]))
    }

    /// A small object in one piece.
    package func object(_ key: String) async throws(ProviderError) -> [UInt8] {
        try await transport.send(call(.GET, key)).body
    }

    /// Streams an object from an offset.
    package func stream(
        _ key: String, from offset: Int = 0, _ receive: ([UInt8]) async throws -> Void
    ) async throws {
        try await transport.stream(download(key), from: offset, receive)
    }

    /// The call that downloads an object.
    func download(_ key: String) -> HTTPTransport.Call { call(.GET, key, timeout: .longestTransfer) }

    /// Deletes an object; a missing one is not an error.
    package func delete(_ key: String) async throws(ProviderError) {
        _ = try await transport.send(call(.DELETE, key))
    }

    /// The keys with this prefix, in order.
    package func keys(prefix: String) async throws(ProviderError) -> [String] {
        let list = Listing<String>(what: "objects", id: { $0 }) { (cursor) throws(ProviderError) in
            let place = cursor.map { [("continuation-token", $0)] } ?? []
            let query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)] + place
            let reply = try await transport.send(call(.GET, "", query: query))
            guard let page = XMLTree(reply.body) else { throw WireReading.unreadable }
            return .init(items: Self.keys(page), next: Self.next(page))
        }
        return try await list.search { $0 }.complete()
    }

    private static func keys(_ page: XMLTree) -> [String] {
        let isEncoded = page.string("EncodingType") == "url"
        return page.all("Contents").compactMap { $0.string("Key") }.map {
            isEncoded ? $0.replacing("+", with: " ").removingPercentEncoding ?? $0 : $0
        }
    }

    private static func next(_ page: XMLTree) -> Listing<String>.Next {
        guard page.string("IsTruncated") == "true" else { return .end }
        return WireReading.filled(page.string("NextContinuationToken")).map { .page($0) } ?? .unknown
    }

    static let hashLabel = "x-amz-meta-sha256"
}
