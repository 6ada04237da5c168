/// The AWS account that a Bedrock simulator plays: its region, identities, roles and buckets.
public struct SimulatedAWS: Sendable {
    /// Keys that may sign.
    public struct Keys: Sendable, Hashable {
        /// Which key.
        public var id: String
        /// What signs.
        public var secret: String
        /// What goes with keys that are lent.
        public var token: String?

        /// Makes keys.
        public init(id: String, secret: String, token: String? = nil) {
            self.id = id
            self.secret = secret
            self.token = token
        }
    }

    /// The account's number.
    public var accountID = "123456789012"
    /// Where it all is.
    public var region = "us-east-1"
    /// Whose signatures are taken, each of which is checked. Without any, and without ``SimulatorScript/apiKey``, every
    /// call is.
    public var keys: [Keys] = []
    /// Keys that the endpoints of a container and an instance and the token service lend, one after the other; the last one
    /// again and again. They may sign too.
    public var lentKeys: [Keys] = []
    /// How long lent keys are good.
    public var lentFor: Duration = .seconds(3600)
    /// The token with which a container must ask for keys.
    public var containerToken: String?
    /// The web identity that the token service vouches for.
    public var webIdentity: String?
    /// The buckets that are there, with the region of each.
    public var buckets = ["batches": "us-east-1"]
    /// The roles that are there, by name, each with the service that may take it on.
    public var roles = ["BatchRole": "bedrock.amazonaws.com"]
    /// Whether roles may be looked at.
    public var showsRoles = true
    /// How few records make a job fail.
    public var minimumRecords = 1

    /// An account with the bucket `batches` and the role `BatchRole` in us-east-1.
    public init() {}

    /// Makes an account and changes it in place.
    public init(_ change: (inout SimulatedAWS) -> Void) { change(&self) }
}

extension ProviderSimulator.Kind {
    /// Amazon Bedrock's batch inference with S3, and with the endpoints that lend keys, all at the simulator's origin.
    public static let bedrock = bedrock(SimulatedAWS())

    /// The same, in an account of one's own.
    public static func bedrock(_ account: SimulatedAWS) -> ProviderSimulator.Kind {
        ProviderSimulator.Kind(name: "bedrock") { BedrockService(account, ledger: $0, scriptState: $1) }
    }
}
