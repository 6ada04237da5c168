package import Foundation

/// Long-term or temporary AWS credentials, which never appear in descriptions.
package struct AWSKeys: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The id of the signing key; it is part of every call and not a secret.
    package let accessKeyID: String
    let secretAccessKey: String
    /// Accompanies temporary credentials.
    let sessionToken: String?
    /// When they expire; nil for credentials without an expiration.
    package let expiresAt: Date?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiresAt: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken.flatMap { $0.isEmpty ? nil : $0 }
        self.expiresAt = expiresAt
    }

    /// The parts that must never be shown.
    var secrets: [APIKey] { [APIKey(secretAccessKey)] + (sessionToken.map { [APIKey($0)] } ?? []) }

    package var description: String { "[keys of \(accessKeyID.prefix(4))…]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
