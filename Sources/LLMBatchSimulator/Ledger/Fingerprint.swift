import Crypto
import Foundation

/// Digests and timestamps.
enum Fingerprint {
    /// The SHA-256 of bytes in lowercase hex.
    static func sha256(_ data: Data) -> String {
        SHA256.hash(data: data).map { byte in
            let hex = String(byte, radix: 16)
            return byte < 16 ? "0" + hex : hex
        }.joined()
    }

    /// The current time in whole Unix seconds.
    static var now: Int { Int(Date().timeIntervalSince1970) }
}
