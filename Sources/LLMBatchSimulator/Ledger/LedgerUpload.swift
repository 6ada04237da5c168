import Foundation

/// A file that the simulator accepted.
public struct LedgerUpload: Sendable {
    /// The file's id.
    public let fileID: String
    /// The name from its upload.
    public let filename: String
    /// The purpose from its upload.
    public let purpose: String
    /// Its size in bytes.
    public let size: Int
    /// Its SHA-256 in lowercase hex.
    public let sha256: String
    /// The requested lifetime, from `expires_after[seconds]`.
    public let expiresAfterSeconds: Int?
}
