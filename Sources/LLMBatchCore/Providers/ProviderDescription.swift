/// What is known of a provider, as data: what validation, splitting and warnings go by, and what `llmbatch providers` shows.
///
/// What a service does not say is nil, and is then not relied on.
public struct ProviderDescription: Sendable, Hashable, Codable {
    /// The name on the command line.
    public var name: String
    /// The name people know it by.
    public var title: String
    /// `batch`, or `realtime`.
    public var kind: Kind
    /// What one of its jobs may hold; nil for a realtime provider.
    public var limits: Limits?
    /// How long a job may take at most, in seconds.
    public var window: Int?
    /// What a batch costs as a share of the price of single calls: 0.5 is half.
    public var price: Double?
    /// How long results are kept, in seconds from the making of the job.
    public var retention: Int?
    /// Whether answers that were done are kept when a job is cancelled.
    public var keepsAnswersOnCancel: Bool?
    /// Whether answers that were done are kept when a job expires.
    public var keepsAnswersOnExpiry: Bool?
    /// Whether a job can be cancelled.
    public var cancels: Bool
    /// How a job is found again whose create call gave no answer.
    public var recovery: Recovery
    /// The environment variables its credential is looked for in, in order.
    public var credentials: [String]
    /// Its options by name, each with what it is for.
    public var options: [String: String]
    /// The options that a batch brings along in a portable file, which anybody may have written: those that say how
    /// requests are put. None that says where they go, on whose account, or with which credentials.
    public var portableOptions: Set<String>
    /// What its users should know.
    public var caveats: [String]
    /// Other words that people use for it, such as those of its models: to suggest its name for them.
    public var aliases: [String]

    /// How a provider does its work.
    public enum Kind: String, Sendable, Hashable, Codable {
        case batch, realtime
    }

    /// How a job is found again whose create call gave no answer.
    public enum Recovery: String, Sendable, Hashable, Codable {
        /// The service makes one job of one token, however often it is asked.
        case idempotent
        /// The token is kept with the job and shows in the list of jobs.
        case token
        /// The input shows in the list of jobs.
        case input
        /// The ids of the requests show in the results.
        case results
        /// There is no remote job.
        case notNeeded = "not_needed"
    }

    /// What one job may hold.
    public struct Limits: Sendable, Hashable, Codable {
        /// Requests; nil where the service names no bound.
        public var requests: Int?
        /// Requests at least.
        public var minimumRequests: Int
        /// Bytes of the input; nil where the service names no bound.
        public var bytes: Int?
        /// Inputs of requests for embeddings together, a text to embed being one; nil where the service names no bound.
        public var inputs: Int?
        /// True when all requests of a job must name one model.
        public var oneModel: Bool
        /// The endpoints it takes.
        public var endpoints: [Endpoint]
        /// Which ids it takes.
        public var ids: IDRule
        /// The form of schemas that it takes in a `response_format`, where that is not OpenAI's.
        public var schemas: SchemaDialect?
        /// Whether its form of schemas can say how many elements a list has, so that a job's packs count their rows.
        public var countsRows: Bool?

        /// Says what one job may hold.
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

        /// The limits that the runner goes by.
        public var batchLimits: BatchLimits {
            BatchLimits(
                requests: requests ?? .max, minimumRequests: minimumRequests, bytes: bytes ?? .max,
                inputs: inputs ?? .max, oneModel: oneModel, endpoints: Set(endpoints), ids: ids, schemas: schemas,
                countsRows: countsRows ?? false)
        }
    }

    /// Makes one of its parts.
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
