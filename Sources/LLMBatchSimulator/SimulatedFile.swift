public import Foundation

/// A file in the simulator.
public struct SimulatedFile: Sendable {
    /// The file's id.
    public let id: String
    /// The name from its upload, or of the result file.
    public let filename: String
    /// Its purpose, such as `batch` or `batch_output`.
    public let purpose: String
    /// Its bytes.
    public let bytes: Data
    let createdAt: Int
    let expiresAt: Int?

    var json: WireJSON {
        [
            "id": .string(id), "object": "file", "bytes": .int(bytes.count), "created_at": .int(createdAt),
            "expires_at": .init(expiresAt), "filename": .string(filename), "purpose": .string(purpose),
            "status": "processed", "status_details": nil,
        ]
    }
}
