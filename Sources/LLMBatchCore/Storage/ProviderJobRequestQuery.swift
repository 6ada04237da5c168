import Foundation

/// A selection of a provider job's requests.
public struct ProviderJobRequestQuery: Sendable, Hashable {
    /// The provider job.
    public var job: ProviderJobID
    /// True to return only requests without a result.
    public var onlyOpen: Bool
    /// Only these custom ids, as far as the job contains them; nil for any.
    public var customIDs: [CustomID]?
    /// The cursor: only requests after this position.
    public var after: Int?
    /// The maximum number of requests to return.
    public var limit: Int

    public init(
        job: ProviderJobID, onlyOpen: Bool = false, customIDs: [CustomID]? = nil, after: Int? = nil, limit: Int = 500
    ) {
        self.job = job
        self.onlyOpen = onlyOpen
        self.customIDs = customIDs
        self.after = after
        self.limit = limit
    }
}
