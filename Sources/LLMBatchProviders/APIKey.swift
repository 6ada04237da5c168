import Crypto
import Foundation
import LLMBatchCore

/// A key that shows itself to nobody: not in descriptions, not in errors, not in what is stored.
struct APIKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let secret: String
    private let search: SecretSearch?

    init(_ secret: String) {
        self.secret = secret
        search = SecretSearch(secret)
    }

    var bearer: String { "Bearer \(secret)" }

    /// The key itself, for the header that carries it and nothing else.
    var plain: String { secret }

    /// Tells two keys apart and gives neither away: eight characters of a keyed hash.
    var fingerprint: String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(secret.utf8), using: SymmetricKey(data: Data("llmbatch".utf8)))
        return code.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// True when the key stands in these bytes.
    func occurs(in bytes: [UInt8]) -> Bool { search?.occurs(in: bytes) ?? false }

    /// Takes the key out of bytes that a service sent, should it repeat it.
    func redacted(_ bytes: [UInt8]) -> [UInt8] { search?.redacted(bytes) ?? bytes }

    var description: String { "[key]" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
