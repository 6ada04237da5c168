import LLMBatchCore

/// What a service that speaks OpenAI's Files and Batches API accepts and sends, according to its own documentation.
///
/// This is independent of the library's description of the same service, so that tests reveal errors in that
/// description.
struct WireDialect: Sendable {
    /// What a list of batches looks like.
    enum Lists: Sendable {
        /// Pages with a cursor.
        case pages
        /// One object with everything; query parameters are rejected.
        case whole
        /// An array; query parameters are rejected.
        case array
    }

    /// The path prefix of the API.
    var root = "/v1"
    /// An older path prefix whose calls must have a version in the query.
    var versionedRoot: String?
    /// The header of the key, if it is not a bearer token.
    var keyHeader: String?
    /// The endpoints that a batch can have, with their prefix.
    var endpoints: Set = [
        "/v1/responses", "/v1/chat/completions", "/v1/embeddings", "/v1/completions", "/v1/moderations",
        "/v1/images/generations", "/v1/images/edits", "/v1/videos",
    ]
    /// The members that a create call can have; others are rejected.
    var createMembers: Set = ["input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after"]
    var windows: Set = ["24h"]
    /// The purpose of an input file.
    var purpose = "batch"
    /// True if files with another purpose are rejected.
    var isStrict = true
    /// The form fields for the lifetime of a file; nil when they are rejected.
    var lifetimeFields: (seconds: String, anchor: String)?
    var lifetimes = 3600...2_592_000
    /// The members that a line can have. `custom_id`, `body`, and `method` and `url` if they are here, are required.
    var lineMembers: Set = ["custom_id", "method", "url", "body"]
    var mostLines = 50_000
    /// The maximum number of texts in a batch for embeddings.
    var mostInputs: Int?
    var longestID: Int?
    /// True if uploads go to a pre-signed URL from an earlier call and downloads are redirected to one.
    var signs = false
    /// How often a new file must be read before it is ready for use.
    var fileLooksUntilReady = 0
    /// Whether result lines have their own id.
    var hasLineIDs = true
    /// Whether requests left undone by a cancellation have a line in the error file.
    var reportsCancelled = false
    var lists = Lists.pages
    /// The default page size of a list of batches.
    var usualPage = 20
    /// The member that wraps the response to a create call.
    var wrapper: String?
    /// True if repeating an `Idempotency-Key` returns the batch that was created with it.
    var isIdempotent = false
    /// A batch in the service's format.
    var show: @Sendable (ServiceJob) -> JSONNode = { $0.openAIJSON }
    /// True if the response to an upload has the file in a `data` member.
    var wrapsUpload = false
    /// A file in the service's format.
    var showFile: @Sendable (SimulatedFile) -> JSONNode = { $0.openAIJSON }

    static let openAI = WireDialect(
        isStrict: false, lifetimeFields: (seconds: "expires_after[seconds]", anchor: "expires_after[anchor]"),
        mostInputs: 50_000)

}
