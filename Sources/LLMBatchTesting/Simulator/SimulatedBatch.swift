public import Foundation

/// A batch the simulator holds, as it was when asked for.
public struct SimulatedBatch: Sendable {
    /// The batch's id.
    public let id: String
    /// Its status word.
    public let status: String
    /// The endpoint it asks.
    public let endpoint: String
    /// Its input file.
    public let inputFileID: String
    /// Its output file, if there is one.
    public let outputFileID: String?
    /// Its error file, if there is one.
    public let errorFileID: String?
    /// The metadata it was created with.
    public let metadata: [String: String]
    /// The custom ids of the input's readable lines, in file order.
    public let customIDs: [String]
}

/// A file the simulator holds.
public struct SimulatedFile: Sendable {
    /// The file's id.
    public let id: String
    /// The name it was uploaded or made under.
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

/// The status words a batch never leaves.
enum FinalStatus {
    static let all: Set = ["failed", "completed", "expired", "cancelled"]
    static let withResults: Set = ["completed", "expired", "cancelled"]
}
