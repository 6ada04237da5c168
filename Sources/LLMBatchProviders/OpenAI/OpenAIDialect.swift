/// The variations of a service that implements OpenAI's Files and Batches API.
struct OpenAIDialect: Sendable {
    /// How an input file reaches the service.
    enum Upload: Sendable {
        /// As a file in a multipart form.
        case form
        /// Three calls: a form without the file, answered with a presigned URL; the bytes to that URL; a call that starts
        /// the checks.
        case signed
    }

    /// The members of an input line.
    enum Line: Sendable {
        /// `custom_id`, `method`, `url` and `body`.
        case full
        /// `custom_id` and `body`.
        case bare
    }

    /// The states of a file that is being checked, and of a rejected one.
    struct FileState: Sendable {
        var member: String
        var waiting: Set<String>
        var refused: Set<String>
    }

    /// The names of the form fields for a file's expiration.
    enum Expiry: Sendable {
        /// `expires_after[seconds]`, as OpenAI's own client sends it.
        case brackets
        /// `expires_after.seconds`.
        case dots

        func name(_ member: String) -> String {
            switch self {
            case .brackets: "expires_after[\(member)]"
            case .dots: "expires_after.\(member)"
            }
        }
    }

    /// How an input file reaches the service.
    var upload = Upload.form
    /// The content type of an uploaded file.
    var fileType = "application/jsonl"
    /// How a file's expiration is sent; nil where it cannot be set.
    var expiry: Expiry?
    /// The allowed lifetimes of files, in seconds.
    var lifetimes = 3600...2_592_000
    /// The purpose of an input file.
    var purpose = "batch"
    /// The state of a file that cannot be used at once; nil where it always can.
    var fileState: FileState?
    /// The members of an input line.
    var line = Line.full
    /// The prefix of endpoints in lines and in the create call.
    var root = "/v1"
    /// True where the service's documentation also uses other forms of a line's `url`.
    var takesOtherURLs = false
    /// True where a batch keeps its metadata.
    var keepsMetadata = true
    /// The header for an idempotency key, if the service supports one.
    var idempotencyHeader: String?
    /// The member that wraps the answer of the create call.
    var wrapper: String?
    /// The page size of lists; nil where lists are not paged and accept no parameters.
    var page: Int? = 100
    /// True where a download redirects to a presigned URL.
    var handsOver = false
}
