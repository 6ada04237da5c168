/// One request in one provider job, with its result if it has one: the unit of a copy.
public struct StoredTry: Sendable, Hashable, Codable {
    /// The provider job.
    public var job: ProviderJobID
    /// The position of the request in the batch, from 0.
    public var position: Int
    /// The line that was sent, where it was not the request's own.
    public var asked: [UInt8]?
    /// The result; nil while the request is open.
    public var result: BatchResult?
    /// Where the result was read.
    public var source: ResultSource?

    public init(
        job: ProviderJobID, position: Int, asked: [UInt8]? = nil, result: BatchResult?, source: ResultSource?
    ) {
        self.job = job
        self.position = position
        self.asked = asked
        self.result = result
        self.source = source
    }

    /// The cursor that continues a list after this try.
    public var cursor: TryCursor { TryCursor(attempt: job.attempt, index: job.index, position: position) }
}
