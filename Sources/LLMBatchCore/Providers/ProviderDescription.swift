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
    public var limits: Limits?
    /// The longest time that a job may take, in seconds.
    public var window: Int?
    /// The price of a batch relative to single calls; 0.5 is half.
    public var price: Double?
    /// How long results are kept after the job is created, in seconds.
    public var retention: Int?
    /// Whether finished answers are kept when a job is cancelled.
    public var keepsAnswersOnCancel: Bool?
    /// Whether finished answers are kept when a job expires.
    public var keepsAnswersOnExpiry: Bool?
    /// Whether a job can be cancelled.
    public var cancels: Bool
    /// How a job is found again when its create call got no answer.
    public var recovery: Recovery
    /// The environment variables that may hold its credential, in order.
    public var credentials: [String]
    /// Its options by name, each with a description.
    public var options: [String: String]
    /// The options that are kept from a portable file, which anyone may have written: those that shape requests. None
    /// of them selects an address, an account or a credential.
    public var portableOptions: Set<String>
    /// What its users should know.
    public var caveats: [String]
    /// Other names for it, such as those of its models, from which its name is suggested.
    public var aliases: [String]

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

    /// The limits of one job.
    public struct Limits: Sendable, Hashable, Codable {
        /// The maximum number of requests; nil for no documented limit.
        public var requests: Int?
        /// The minimum number of requests.
        public var minimumRequests: Int
        /// The maximum size of the input in bytes; nil for no documented limit.
        public var bytes: Int?
        /// The maximum number of inputs of all embedding requests together, each text being one; nil for no documented
        /// limit.
        public var inputs: Int?
        /// True when all requests of a job must name the same model.
        public var oneModel: Bool
        /// The supported endpoints.
        public var endpoints: [Endpoint]
        /// The custom ids that the provider accepts.
        public var ids: IDRule
        /// The schema dialect for `response_format`, where it is not OpenAI's.
        public var schemas: SchemaDialect?
        /// Whether its schema dialect can state the length of a list, so that row groups can state the number of their
        /// rows.
        public var countsRows: Bool?

        public init(
            requests: Int?, minimumRequests: Int = 1, bytes: Int?, inputs: Int? = nil, oneModel: Bool,
            endpoints: [Endpoint], ids: IDRule = .any, schemas: SchemaDialect? = nil, countsRows: Bool? = nil
        ) {
            self.countsRows = countsRows
            self.inputs = inputs
            self.schemas = schemas
            self.requests = requests
            self.minimumRequests = minimumRequests
            self.bytes = bytes
            self.oneModel = oneModel
            self.endpoints = endpoints
            self.ids = ids
        }

        /// The limits that the runner applies.
        public var batchLimits: BatchLimits {
            BatchLimits(
                requests: requests ?? .max, minimumRequests: minimumRequests, bytes: bytes ?? .max,
                inputs: inputs ?? .max, oneModel: oneModel, endpoints: Set(endpoints), ids: ids, schemas: schemas,
                countsRows: countsRows ?? false)
        }
    }

    public init(
        name: String, title: String, kind: Kind = .batch, limits: Limits?, window: Int? = 86_400, price: Double? = 0.5,
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
    public var answerOptions: [String] { options.keys.filter { OptionRole(of: $0) == .answer }.sorted() }
}
