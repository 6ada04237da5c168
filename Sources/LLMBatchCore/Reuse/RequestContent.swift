import Crypto
import Foundation

/// What a request asks, and whom: two requests of equal content would be asked the same of the same model.
///
/// A SHA-256 of the provider's name and address, those of its options that change what is asked, the model, the endpoint
/// and the body, byte for byte. The custom id is not part of it.
public struct RequestContent: Sendable, Hashable, Codable {
    /// The hash.
    public let sha256: [UInt8]

    /// The content of a request as it is asked.
    ///
    /// - Parameter provider: the settings of the attempt that asks it.
    public init(_ request: BatchRequest, provider: ProviderSettings) {
        var hash = SHA256()
        func add(_ bytes: some Collection<UInt8>) {
            // With its length, so that parts cannot run into one another.
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(bytes))
        }
        let options = provider.options.filter { !Self.pacing.contains($0.key) }.sorted { $0.key < $1.key }
        add(provider.name.utf8)
        add((provider.baseURL ?? "").utf8)
        add((provider.model ?? request.model ?? "").utf8)
        add(request.endpoint.rawValue.utf8)
        add("\(options.count)".utf8)
        for (key, value) in options {
            add(key.utf8)
            add(value.utf8)
        }
        add(request.body)
        sha256 = Array(hash.finalize())
    }

    /// One that was stored.
    public init(sha256: [UInt8]) { self.sha256 = sha256 }

    /// Options that say how fast and in what portions requests are asked, and nothing of what is asked.
    private static let pacing: Set<String> = [
        "backoff", "bytes-per-job", "concurrency", "expires-after", "inline", "latency-ms", "longest-poll", "max-tries",
        "poll-interval", "reconcile-interval", "requests-per-job", "requests-per-minute", "room-interval", "timeout",
        "tokens-per-minute",
    ]
}
