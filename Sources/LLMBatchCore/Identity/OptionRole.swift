/// What an option of a provider decides: whether two batches that differ in it are still the same batch.
///
/// An option that is not listed here counts as ``answer``: a batch that is made once too often costs money, an answer that
/// was asked under other settings is wrong.
public enum OptionRole: String, Sendable, Hashable, Codable, CaseIterable {
    /// It changes what is asked or how it is answered.
    case answer
    /// It decides whose account does the work, and where its files lie.
    case account
    /// It decides how fast, in which portions and until when work is done, and nothing of the answers.
    case pacing

    /// The role of an option, by its name. A name means the same with every provider.
    public init(of option: String) {
        self = Self.accountOptions.contains(option) ? .account : Self.pacingOptions.contains(option) ? .pacing : .answer
    }

    /// Options that do nothing without another one.
    static let conditions = ["seed": "fail-share"]

    private static let accountOptions: Set<String> = [
        "account", "bearer", "bucket", "bucket-owner", "iam-endpoint", "kms-key", "location", "organization", "prefix",
        "profile", "project", "region", "role", "s3-endpoint", "storage-url", "workspace",
    ]

    private static let pacingOptions: Set<String> = [
        "backoff", "bytes-per-job", "completion-window", "concurrency", "expires-after", "hours", "inline",
        "latency-ms", "longest-poll", "max-tries", "minimum-requests", "poll-interval", "reconcile-interval",
        "recovered", "requests-per-job", "requests-per-minute", "room-interval", "timeout", "timeout-hours",
        "tokens-per-minute",
    ]
}

extension ProviderDescription {
    /// Its options that change answers, in order: with another value of one of them, a batch is another batch.
    public var answerOptions: [String] { options.keys.filter { OptionRole(of: $0) == .answer }.sorted() }
}
