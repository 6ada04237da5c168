/// The role of a provider option: whether two batches that differ in it are still the same batch.
///
/// An option without a listed role counts as ``answer``: an unnecessary second batch costs money, but an answer
/// obtained under other settings is wrong.
package enum OptionRole: String, Sendable, Hashable, Codable, CaseIterable {
    /// The option changes the request or its answer.
    case answer
    /// The option selects the account that does the work and holds its files.
    case account
    /// The option affects speed, batching or deadlines, never the answers.
    case pacing

    /// The role of an option by name; a name has the same role with every provider.
    package init(of option: String) {
        self = Self.accountOptions.contains(option) ? .account : Self.pacingOptions.contains(option) ? .pacing : .answer
    }

    /// Options that have no effect without another one.
    static let conditions = ["seed": "fail-share"]

    private static let accountOptions: Set<String> = [
        "account", "bearer", "bucket", "bucket-owner", "iam-endpoint", "kms-key", "location", "organization", "prefix",
        "profile", "project", "region", "role", "s3-endpoint", "storage-url", "workspace",
    ]

    private static let pacingOptions: Set<String> = [
        "backoff", "bytes-per-job", "completion-window", "concurrency", "expires-after", "hours", "inline",
        "latency-ms", "longest-poll", "max-tries", "minimum-requests", "poll-interval", "reconcile-interval",
        "recovered", "requests-per-job", "requests-per-minute", "queue-interval", "room-interval", "timeout",
        "timeout-hours",
        "tokens-per-minute",
    ]
}
