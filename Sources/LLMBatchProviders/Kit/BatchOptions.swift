import LLMBatchCore

/// The options that every batch provider has.
enum BatchOptions {
    /// Descriptions by option name.
    static let descriptions = [
        "poll-interval": "seconds before the first poll; later ones double it",
        "longest-poll": "the longest pause between two polls, in seconds",
        "reconcile-interval": "seconds between two listings after a create call without an answer",
        "queue-interval": "seconds before submitting again to a provider whose queue was full",
        "backoff": "seconds after the first failed call; doubles from there",
        "timeout": "idle time limit of a connection, in seconds",
        "requests-per-job": "a lower limit of requests per job than the provider's",
        "bytes-per-job": "a lower limit of bytes per job than the provider's",
    ]

    /// The descriptions of these options and of a provider's own.
    static func with(_ own: [String: String]) -> [String: String] { own.merging(descriptions) { own, _ in own } }

    /// Those allowed in a portable file, and the given ones.
    static func portable(_ own: String...) -> Set<String> { Set(descriptions.keys).union(own) }
}

extension Pacing {
    /// The intervals that the options set.
    init(_ options: ProviderOptions) throws {
        let standard = Pacing()
        let first = try options.seconds("poll-interval") ?? standard.firstPoll
        let longest = try options.seconds("longest-poll") ?? standard.longestPoll
        self.init(
            firstPoll: first, longestPoll: max(first, longest),
            reconcile: try options.seconds("reconcile-interval") ?? standard.reconcile,
            firstBackoff: try options.seconds("backoff") ?? standard.firstBackoff,
            longestBackoff: standard.longestBackoff,
            // The second is its name in stores of earlier versions.
            queueFull: try options.seconds("queue-interval") ?? options.seconds("room-interval") ?? standard.queueFull)
    }
}

extension BatchLimits {
    /// The limits of a description, lowered by the options.
    init(_ description: ProviderDescription, _ options: ProviderOptions) throws {
        self = description.limits ?? BatchLimits(requests: 0, bytes: 0, oneModel: false, endpoints: [])
        lower(requests: try options.integer("requests-per-job"), bytes: try options.integer("bytes-per-job"))
    }
}
