import Crypto
import Foundation
import LLMBatchCore

/// An API key that never appears in descriptions, errors or stored data.
struct APIKey: Sendable, CustomStringConvertible, CustomReflectable {
    private let secret: String
    private let search: SecretSearch?

    init(_ secret: String) {
        self.secret = secret
        search = SecretSearch(secret)
    }

    var bearer: String { "Bearer \(secret)" }

    /// The key itself, only for the header that carries it.
    var plain: String { secret }

    /// Distinguishes keys without revealing them: eight characters of a keyed hash.
    var fingerprint: String {
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(secret.utf8), using: SymmetricKey(data: Data("llmbatch".utf8)))
        return code.prefix(4).hex
    }

    /// True when these bytes contain the key.
    func occurs(in bytes: [UInt8]) -> Bool { search?.occurs(in: bytes) ?? false }

    /// Redacts the key from bytes that a service sent.
    func redacted(_ bytes: [UInt8]) -> [UInt8] { search?.redacted(bytes) ?? bytes }

    var description: String { "[key]" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
