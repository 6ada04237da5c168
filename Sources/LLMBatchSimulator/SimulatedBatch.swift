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

/// The status words a batch never leaves.
enum FinalStatus {
    static let all: Set = ["failed", "completed", "expired", "cancelled"]
    static let withResults: Set = ["completed", "expired", "cancelled"]
}
