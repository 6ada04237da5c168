import Crypto
import Foundation

/// Identifies what a request asks and of whom: requests with equal keys would get the same input to the same model.
///
/// A SHA-256 of the provider's identity (``ProviderIdentity``), the endpoint and the body, byte for byte. The custom id
/// is not part of it.
public struct ReuseKey: Sendable, Hashable, Codable {
    /// The hash.
    public let sha256: [UInt8]

    /// The key of a request as it would be sent.
    ///
    /// - Parameter provider: the settings of the attempt that sends it.
    public init(_ request: BatchRequest, provider: ProviderSettings) {
        var hash = SHA256()
        func add(_ bytes: some Collection<UInt8>) {
            // With its length, so that parts cannot run into each other.
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(bytes))
        }
        let identity = ProviderIdentity(provider)
        let options = identity.options.merging(identity.account) { $1 }.sorted { $0.key < $1.key }
        add(identity.provider.utf8)
        add((identity.address ?? "").utf8)
        add((identity.model ?? request.model ?? "").utf8)
        add(request.endpoint.rawValue.utf8)
        add("\(options.count)".utf8)
        for (key, value) in options {
            add(key.utf8)
            add(value.utf8)
        }
        add(request.body)
        sha256 = Array(hash.finalize())
    }

    /// A stored key.
    public init(sha256: [UInt8]) { self.sha256 = sha256 }
}
