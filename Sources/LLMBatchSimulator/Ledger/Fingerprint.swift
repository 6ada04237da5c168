import Crypto
import Foundation

/// Digests and timestamps.
enum Fingerprint {
    /// The SHA-256 of bytes in lowercase hex.
    static func sha256(_ data: Data) -> String { hex(SHA256.hash(data: data)) }

    /// Bytes in lowercase hex.
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The current time in whole Unix seconds.
    static var now: Int { Int(Date().timeIntervalSince1970) }
}
