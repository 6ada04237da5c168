/// What a service that speaks OpenAI's Files and Batches API takes and sends, as its own documentation has it.
///
/// Stated apart from what the library knows of the same service, so that a wrong belief there shows here.
struct WireDialect: Sendable {
    /// What a list of batches looks like.
    enum Lists: Sendable {
        /// Pages with a cursor.
        case pages
        /// An object with everything; parameters are refused.
        case whole
        /// An array; parameters are refused.
        case array
    }

    /// What its paths begin with.
    var root = "/v1"
    /// An older root whose calls must name a version in their query.
    var versionedRoot: String?
    /// The header for a key that is no bearer token.
    var keyHeader: String?
    /// The endpoints that a batch may have, with what they begin with.
    var endpoints: Set = [
        "/v1/responses", "/v1/chat/completions", "/v1/embeddings", "/v1/completions", "/v1/moderations",
        "/v1/images/generations", "/v1/images/edits", "/v1/videos",
    ]
    /// What a create call may say; anything else is refused.
    var createMembers: Set = ["input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after"]
    var windows: Set = ["24h"]
    /// The purpose of an input file.
    var purpose = "batch"
    /// True where a file of another purpose is refused.
    var isStrict = true
    /// The fields of a form that say when a file is to be deleted; nil where they are refused.
    var lifetimeFields: (seconds: String, anchor: String)?
    var lifetimes = 3600...2_592_000
    /// What a line may say; all of `custom_id`, `body` and those of `method` and `url` that stand here are required.
    var lineMembers: Set = ["custom_id", "method", "url", "body"]
    var mostLines = 50_000
    /// How many texts the requests of a batch for embeddings may have together.
    var mostInputs: Int?
    var longestID: Int?
    /// True where files are sent to a signed address that another call gives, and downloads are handed over to one.
    var signs = false
    /// How often a new file must be looked at before it may be used.
    var fileLooksUntilReady = 0
    /// Whether result lines have an id of their own.
    var hasLineIDs = true
    /// Whether requests that a cancellation left undone have a line in the error file.
    var tellsCancelled = false
    var lists = Lists.pages
    /// How many batches a page holds for those who do not say.
    var usualPage = 20
    /// The member that the answer of a create call is wrapped in.
    var wrapper: String?
    /// True where `Idempotency-Key` gives back the batch that was made with it.
    var isIdempotent = false
    /// A batch as the service shows it.
    var show: @Sendable (SimulatedBatchState) -> WireJSON = { $0.json }
    /// True where the answer of an upload is the file in a `data` member.
    var wrapsUpload = false
    /// A file as the service shows it, which was looked at so many times.
    var showFile: @Sendable (SimulatedFile, Int) -> WireJSON = { file, _ in file.json }

    static let openAI = WireDialect(
        isStrict: false, lifetimeFields: (seconds: "expires_after[seconds]", anchor: "expires_after[anchor]"),
        mostInputs: 50_000)

    /// The route of a call to this service.
    func match(_ call: IncomingCall) -> MatchedRoute? {
        if signs, let route = signedRoute(call) { return route }
        if call.path.hasPrefix(root + "/") {
            return MatchedRoute(method: call.method, path: "/v1" + call.path.dropFirst(root.count))
        }
        guard let versionedRoot, call.path.hasPrefix(versionedRoot + "/"), call.query["api-version"] != nil else {
            return nil
        }
        return MatchedRoute(method: call.method, path: "/v1" + call.path.dropFirst(versionedRoot.count))
    }
}
