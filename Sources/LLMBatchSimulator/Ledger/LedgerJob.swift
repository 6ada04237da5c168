import Foundation

/// A batch that the simulator accepted, and that a provider would charge for.
public struct LedgerJob: Sendable {
    /// The batch's id.
    public let batchID: String
    /// The input file's id.
    public let inputFileID: String
    /// The name of the input file as uploaded.
    public let inputFilename: String
    /// The SHA-256 of the input file in lowercase hex.
    public let inputSHA256: String
    /// The endpoint from the create call.
    public let endpoint: String
    /// The metadata from the create call.
    public let metadata: [String: String]
    /// The custom ids of the readable input lines, in file order.
    public let customIDs: [String]
}
