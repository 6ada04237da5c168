/// What is known about a provider, as data: the basis for validation, splitting and warnings.
///
/// A member is nil where the service documents nothing; nothing is then assumed.
public struct ProviderDescription: Sendable, Hashable, Codable {
    /// The provider's name in a catalog and on the command line.
    public var name: String
    /// The service's name for display.
    public var title: String
    /// The kind of provider: `batch` or `realtime`.
    public var kind: Kind
    /// The limits of one job; nil for a realtime provider.
    public var limits: BatchLimits?
    /// The longest time that a job may take, in seconds.
    public var window: Int?
    /// The price of a batch relative to single calls; 0.5 is half.
    public var price: Double?
    /// How long results are kept after the job is created, in seconds.
    public var retention: Int?
    /// Whether finished answers are kept when a job is cancelled.
    package var keepsAnswersOnCancel: Bool?
    /// Whether finished answers are kept when a job expires.
    package var keepsAnswersOnExpiry: Bool?
    /// Whether a job can be cancelled.
    package var cancels: Bool
    /// How a job is found again when its create call got no answer.
    package var recovery: Recovery
    /// The environment variables that may hold its credential, in order.
    public var credentials: [String]
    /// Its options by name, each with a description.
    public var options: [String: String]
    /// The options that are kept from a portable file, which anyone may have written: those that shape requests. None
    /// of them selects an address, an account or a credential.
    package var portableOptions: Set<String>
    /// What its users should know.
    public var caveats: [String]
    /// Other names for it, such as those of its models, from which its name is suggested.
    package var aliases: [String]

    /// How a provider processes requests.
    public enum Kind: String, Sendable, Hashable, Codable {
        case batch, realtime
    }

    /// How a job is found again when its create call got no answer.
    public enum Recovery: String, Sendable, Hashable, Codable {
        /// The service creates one job per token, however often the call is repeated.
        case idempotent
        /// The token is stored with the job and appears in the list of jobs.
        case token
        /// The input appears in the list of jobs.
        case input
        /// The ids of the requests appear in the results.
        case results
        /// There is no remote job.
        case notNeeded = "not_needed"
    }

    public init(
        name: String, title: String, kind: Kind = .batch, limits: BatchLimits?, window: Int? = 86_400,
        price: Double? = 0.5,
        retention: Int? = nil, keepsAnswersOnCancel: Bool? = nil, keepsAnswersOnExpiry: Bool? = nil,
        cancels: Bool = true, recovery: Recovery, credentials: [String], options: [String: String],
        portableOptions: Set<String> = [], caveats: [String] = [], aliases: [String] = []
    ) {
        self.aliases = aliases
        self.name = name
        self.title = title
        self.kind = kind
        self.limits = limits
        self.window = window
        self.price = price
        self.retention = retention
        self.keepsAnswersOnCancel = keepsAnswersOnCancel
        self.keepsAnswersOnExpiry = keepsAnswersOnExpiry
        self.cancels = cancels
        self.recovery = recovery
        self.credentials = credentials
        self.options = options
        self.portableOptions = portableOptions
        self.caveats = caveats
    }
}

extension ProviderDescription {
    /// The options that change answers, sorted: two batches that differ in one of them are different batches.
    package var answerOptions: [String] { options.keys.filter { OptionRole(of: $0) == .answer }.sorted() }
}
