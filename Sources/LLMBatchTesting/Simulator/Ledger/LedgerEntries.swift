public import Foundation

/// One call as the simulator received it, whether or not it was answered.
public struct LedgerCall: Sendable {
    /// The call's number among all calls, from 1.
    public let sequence: Int
    /// What was called, or nil for a path the API hasn't.
    public let route: SimulatorRoute?
    /// The HTTP method.
    public let method: String
    /// The path as sent, with its query.
    public let path: String
    /// The headers, with lower-case names.
    public let headers: [String: String]
    /// The body's size in bytes.
    public let bodySize: Int
    /// The SHA-256 of the body in lower-case hex.
    public let bodySHA256: String
    /// The body itself if it is at most 64 KiB long.
    public let body: Data?
    /// The status answered, noted as the answer is handed to be sent; nil for good when dropped or left hanging.
    public internal(set) var status: Int?
}

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

/// One request put to the simulated model.
public struct LedgerAsk: Sendable {
    /// The request's custom id; empty for a realtime call without a marker.
    public let customID: String
    /// The endpoint it was put to.
    public let endpoint: String
    /// The batch it came in, or nil for a realtime call.
    public let batchID: String?
}
