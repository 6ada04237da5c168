public import Foundation

/// One file the simulator took in.
public struct LedgerUpload: Sendable {
    /// The file's id.
    public let fileID: String
    /// The name it was uploaded under.
    public let filename: String
    /// The purpose it was uploaded for.
    public let purpose: String
    /// Its size in bytes.
    public let size: Int
    /// Its SHA-256 in lower-case hex.
    public let sha256: String
    /// The lifetime asked for in `expires_after[seconds]`.
    public let expiresAfterSeconds: Int?
}
