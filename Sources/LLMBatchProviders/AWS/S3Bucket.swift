import Foundation
package import LLMBatchCore
import NIOHTTP1

/// One bucket of S3, or of a service that speaks as it does.
///
/// Source: Amazon S3 API reference. Every call is signed with the hash of its body.
package struct S3Bucket: Sendable {
    let transport: HTTPTransport
    /// The account that the bucket must belong to, sent with every call.
    private let owner: String?
    /// Larger inputs go up in parts of this size.
    let partSize: Int
    /// Before a part is sent again.
    let pause: Duration

    /// The most that the upload or download of a file may take in all; one that stands still is given up much sooner.
    static let longestTransfer: Duration = .seconds(4 * 3600)

    /// - Parameters:
    ///   - endpoint: a service other than Amazon's, of which the bucket is a path; nil for Amazon's.
    ///   - owner: twelve digits.
    package init(
        _ name: String, region: String, endpoint: String? = nil, owner: String? = nil, keys: AWSKeyChain,
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

    /// What is there of an object.
    package struct Head: Sendable {
        package let size: Int
        /// The label `sha256`, where there is one.
        package let sha256: String?
    }

    /// What is there under a key; nil when nothing is.
    package func head(_ key: String) async throws(ProviderError) -> Head? {
        do throws(ProviderError) {
            let reply = try await transport.send(call(.HEAD, key))
            let size = reply.headers.first(name: "content-length").flatMap { WireNumber.size($0) } ?? 0
            return Head(size: size, sha256: reply.headers.first(name: Self.hashLabel))
        } catch  where error.kind == .notFound && error.statusCode == 404 {
            return nil
        }
    }

    /// The region of the bucket, where the service says it.
    ///
    /// - Throws: `notFound` without a bucket or when it is elsewhere, `permission` when it may not be seen.
    package func region() async throws(ProviderError) -> String? {
        try await transport.send(call(.HEAD, "")).headers.first(name: "x-amz-bucket-region")
    }

    /// Asks for one key of the bucket; for the reason of a refusal, which the answer to HEAD cannot have.
    func isListed() async throws(ProviderError) {
        _ = try await transport.send(call(.GET, "", query: [("list-type", "2"), ("max-keys", "1")]))
    }

    /// A small object as a whole.
    package func object(_ key: String) async throws(ProviderError) -> [UInt8] {
        try await transport.send(call(.GET, key)).body
    }

    /// Streams an object from a byte on.
    package func stream(
        _ key: String, from offset: Int = 0, _ receive: ([UInt8]) async throws -> Void
    ) async throws {
        try await transport.stream(call(.GET, key, timeout: Self.longestTransfer), from: offset, receive)
    }

    /// Removes an object; one that is not there is fine.
    package func delete(_ key: String) async throws(ProviderError) {
        _ = try await transport.send(call(.DELETE, key))
    }

    /// The keys that begin so, in order.
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
