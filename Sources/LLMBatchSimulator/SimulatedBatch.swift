import Foundation

/// A snapshot of a batch in the simulator.
public struct SimulatedBatch: Sendable {
    /// The batch's id.
    public let id: String
    /// Its status.
    public let status: String
    /// The endpoint of its requests.
    public let endpoint: String
    /// The id of its input file.
    public let inputFileID: String
    /// The id of its output file, if there is one.
    public let outputFileID: String?
    /// The id of its error file, if there is one.
    public let errorFileID: String?
    /// The metadata from its create call.
    public let metadata: [String: String]
    /// The custom ids of the readable input lines, in file order.
    public let customIDs: [String]
}

/// The statuses that a batch never leaves.
enum FinalStatus {
    static let all: Set = ["failed", "completed", "expired", "cancelled"]
    static let withResults: Set = ["completed", "expired", "cancelled"]
}
