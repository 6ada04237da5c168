package import Foundation

/// The keys of an AWS identity, for good or for a while; they show themselves to nobody.
package struct AWSKeys: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// Which key signs; it stands in every call and is no secret.
    package let accessKeyID: String
    let secretAccessKey: String
    /// Goes with keys that are lent for a while.
    let sessionToken: String?
    /// When they end; nil for keys that do not, or do not say.
    package let expiresAt: Date?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiresAt: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken.flatMap { $0.isEmpty ? nil : $0 }
        self.expiresAt = expiresAt
    }

    /// What must not stand anywhere.
    var secrets: [APIKey] { [APIKey(secretAccessKey)] + (sessionToken.map { [APIKey($0)] } ?? []) }

    package var description: String { "[keys of \(accessKeyID.prefix(4))…]" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
