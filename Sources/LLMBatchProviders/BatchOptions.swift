import LLMBatchCore

/// The options that every batch provider has.
enum BatchOptions {
    /// By name, each with what it is for.
    static let descriptions = [
        "poll-interval": "seconds before the first poll; later ones double it",
        "longest-poll": "the longest pause between two polls, in seconds",
        "reconcile-interval": "seconds between two listings when a create call gave no answer",
        "room-interval": "seconds before submitting again to a provider whose queue was full",
        "backoff": "seconds after the first failed call; doubles from there",
        "timeout": "seconds on which nothing may move",
        "requests-per-job": "fewer requests a job than the provider takes",
        "bytes-per-job": "fewer bytes a job than the provider takes",
    ]

    /// Those that a portable file may bring along, and those of a provider's own.
    static func portable(_ own: String...) -> Set<String> { Set(descriptions.keys).union(own) }
}

extension Pacing {
    /// The pauses that the options ask for.
    init(_ options: ProviderOptions) throws {
        let standard = Pacing()
        let first = try options.seconds("poll-interval") ?? standard.firstPoll
        let longest = try options.seconds("longest-poll") ?? standard.longestPoll
        self.init(
            firstPoll: first, longestPoll: max(first, longest),
            reconcile: try options.seconds("reconcile-interval") ?? standard.reconcile,
            firstBackoff: try options.seconds("backoff") ?? standard.firstBackoff,
            longestBackoff: standard.longestBackoff,
            room: try options.seconds("room-interval") ?? standard.room)
    }
}

extension BatchLimits {
    /// What is known of a provider, or less where the options say so.
    init(_ description: ProviderDescription, _ options: ProviderOptions) throws {
        self = description.limits?.batchLimits ?? BatchLimits(requests: 0, bytes: 0, oneModel: false, endpoints: [])
        requests = min(requests, try options.integer("requests-per-job") ?? requests)
        bytes = min(bytes, try options.integer("bytes-per-job") ?? bytes)
    }
}
