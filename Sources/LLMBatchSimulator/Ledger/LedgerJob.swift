public import Foundation

/// One batch the simulator accepted: what a provider would charge for.
public struct LedgerJob: Sendable {
    /// The batch's id.
    public let batchID: String
    /// The input file's id.
    public let inputFileID: String
    /// The input file's name as uploaded.
    public let inputFilename: String
    /// The SHA-256 of the input file in lower-case hex.
    public let inputSHA256: String
    /// The endpoint asked for.
    public let endpoint: String
    /// The metadata of the create call.
    public let metadata: [String: String]
    /// The custom ids of the input's readable lines, in file order.
    public let customIDs: [String]
}
