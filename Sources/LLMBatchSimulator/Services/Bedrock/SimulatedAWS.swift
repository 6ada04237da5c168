/// The AWS account of a Bedrock simulator: its region, identities, roles and buckets.
public struct SimulatedAWS: Sendable {
    /// An access key.
    public struct Keys: Sendable, Hashable {
        /// The access key id.
        public var id: String
        /// The secret access key.
        public var secret: String
        /// The session token of temporary credentials.
        public var token: String?

        public init(id: String, secret: String, token: String? = nil) {
            self.id = id
            self.secret = secret
            self.token = token
        }
    }

    /// The account id.
    public var accountID = "123456789012"
    /// The region of the account.
    public var region = "us-east-1"
    /// The access keys that may sign calls; every signature is verified. If this is empty and
    /// ``SimulatorScript/apiKey`` is nil, every call is accepted.
    public var keys: [Keys] = []
    /// The temporary credentials that the container, instance and token service endpoints issue, in this order. The
    /// last one repeats. They may also sign calls.
    public var lentKeys: [Keys] = []
    /// The lifetime of temporary credentials.
    public var lentFor: Duration = .seconds(3600)
    /// The token that a container must send to get credentials; nil accepts any call.
    public var containerToken: String?
    /// The web identity token that the token service accepts.
    public var webIdentity: String?
    /// The existing buckets, with the region of each.
    public var buckets = ["batches": "us-east-1"]
    /// The existing roles by name, with the service that may assume each.
    public var roles = ["BatchRole": "bedrock.amazonaws.com"]
    /// Whether callers may describe roles.
    public var showsRoles = true
    /// The minimum number of records in a job; a job with fewer fails.
    public var minimumRecords = 1

    /// An account with the bucket `batches` and the role `BatchRole` in us-east-1.
    public init() {}

    /// Creates an account and changes it in place.
    public init(_ change: (inout SimulatedAWS) -> Void) { change(&self) }
}
