import Foundation

/// The location of an ended job's results.
public struct RemoteJobFiles: Sendable, Hashable {
    /// The provider's id of the job.
    public var jobID: String
    /// The endpoint of the requests.
    public var endpoint: Endpoint
    /// The value that ``BatchProvider/upload(_:)`` returned; nil for an adopted job.
    public var inputFileID: String?
    /// The provider's id of the output file.
    public var outputFileID: String?
    /// The provider's id of the error file.
    public var errorFileID: String?
    /// The checkpoint: how much of the files has been stored.
    public var collected: CollectionProgress

    package init(
        jobID: String, endpoint: Endpoint, inputFileID: String? = nil, outputFileID: String?, errorFileID: String?,
        collected: CollectionProgress = CollectionProgress()
    ) {
        self.jobID = jobID
        self.endpoint = endpoint
        self.inputFileID = inputFileID
        self.outputFileID = outputFileID
        self.errorFileID = errorFileID
        self.collected = collected
    }
}
