/// How a service that speaks OpenAI's Files and Batches API differs from it, as data.
struct OpenAIDialect: Sendable {
    /// How an input file reaches the service.
    enum Upload: Sendable {
        /// As a file in a form.
        case form
        /// Three calls: a form without the file, answered by a signed address; the bytes to that address; a call that
        /// begins the checking.
        case signed
    }

    /// What a line of the input says.
    enum Line: Sendable {
        /// `custom_id`, `method`, `url` and `body`.
        case full
        /// `custom_id` and `body`.
        case bare
    }

    /// The word for the state of a file that is still being checked, and of one that was refused.
    struct FileState: Sendable {
        var member: String
        var waiting: Set<String>
        var refused: Set<String>
    }

    /// How the fields of a form are named that say when a file is to be deleted.
    enum Expiry: Sendable {
        /// `expires_after[seconds]`, as OpenAI's own client writes it.
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
    /// The type that an uploaded file is said to have.
    var fileType = "application/jsonl"
    /// How it is said when files are to be deleted; nil where it cannot be said.
    var expiry: Expiry?
    /// How many seconds files may be kept where it can be said.
    var lifetimes = 3600...2_592_000
    /// The purpose that an input file is uploaded for.
    var purpose = "batch"
    /// Where the state of a file is told that may not be used at once; nil where it may.
    var fileState: FileState?
    /// What a line of the input says.
    var line = Line.full
    /// What the endpoints begin with, in lines and in the create call.
    var root = "/v1"
    /// True where the service's own documentation writes the `url` of a line in other forms than the path of the endpoint.
    var takesOtherURLs = false
    /// True where a batch keeps the labels that it is made with.
    var keepsMetadata = true
    /// The header by which the service makes one batch of one token.
    var idempotencyHeader: String?
    /// The member that the answer of the create call is wrapped in.
    var wrapper: String?
    /// The most that a page of a list may hold; nil where lists are whole and take no parameters.
    var page: Int? = 100
    /// True where a download is handed over to a signed address.
    var handsOver = false
}
