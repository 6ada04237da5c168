public import Foundation

/// A provider that takes a file of requests as one job and works on it for a while.
///
/// Its calls report failures as ``ProviderError`` with what is known of the delivery; retrying what may be retried is
/// its own affair, except ``create(_:)``, which is sent exactly once.
public protocol BatchProvider: Sendable {
    /// Its settings, without secrets.
    var settings: ProviderSettings { get }
    /// The account it works for.
    var account: ProviderAccount { get }
    /// What one of its jobs may hold.
    var limits: BatchLimits { get }
    /// How often to ask.
    var pacing: Pacing { get }

    /// True when the service makes one job of one token, however often it is asked: a create call that was lost and is not
    /// found is then sent again under the same token. False where nobody says.
    ///
    /// It decides whether something may be paid for twice, so it has no default: a provider that wraps another one has to
    /// pass it on (see ``WrappingProvider``).
    var isIdempotent: Bool { get }

    /// The bytes of a request as a line of the job's input, without a line break.
    ///
    /// Pure: it is called when an attempt is sealed and again when its input is sent, and must give the same bytes.
    ///
    /// - Throws: ``RequestRefusal`` for what cannot be said to this provider; nothing is then submitted.
    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8]
    /// Uploads the input under a name that carries the token, streaming it, and returns the provider's id for it.
    func upload(_ input: JobInput) async throws(ProviderError) -> String
    /// Looks for an earlier upload of this token; nil when there is none.
    func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String?
    /// Creates the job, once. Never retried here: `delivery` of the error says what is known.
    func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob
    /// What the provider says of a job.
    func job(_ id: String) async throws(ProviderError) -> RemoteJob
    /// The jobs that bear a trace of a create call, oldest first: one listing, read to its end.
    ///
    /// ``RemoteJob/evidence`` says how sure it is. An empty answer is taken as proof that no listed job is ours, so a list
    /// that could not be read to its end is an error (``ProviderError/incompleteList``) unless something was found.
    func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob]
    /// Asks for cancellation; fine when the job has ended already.
    func cancel(_ id: String) async throws(ProviderError)
    /// Streams the results of an ended job into `receive`, a bounded chunk at a time.
    ///
    /// - Throws: ``ProviderError`` for its own trouble; whatever `receive` throws ends the stream and is thrown on.
    ///
    /// Begins where ``RemoteJobFiles/collected`` says, and tells with each chunk how far it goes.
    func results(
        of job: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws
}

extension BatchProvider {
    /// The canonical line, byte for byte but for a model that is replaced.
    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        request.request.line(model: request.model)
    }
}

/// The input of a provider job as it is to be uploaded.
public struct JobInput: Sendable {
    /// Which provider job it is of.
    public let job: ProviderJobID
    /// What the requests ask for.
    public let endpoint: Endpoint
    /// The model of the job, where it is one: the attempt's, else that of the first request.
    public let model: String?
    /// The submission token.
    public let token: String
    /// What identifies the exact bytes.
    public let digest: JobInputDigest
    /// The exact bytes, whole lines each with a line feed, from the start, a bounded chunk at a time; may be asked for more than once.
    public let chunks: @Sendable () -> AsyncThrowingStream<[UInt8], any Error>

    /// Makes one of its parts.
    public init(
        job: ProviderJobID, endpoint: Endpoint, model: String?, token: String, digest: JobInputDigest,
        chunks: @escaping @Sendable () -> AsyncThrowingStream<[UInt8], any Error>
    ) {
        self.job = job
        self.endpoint = endpoint
        self.model = model
        self.token = token
        self.digest = digest
        self.chunks = chunks
    }
}

/// What a create call says.
public struct JobSubmission: Sendable {
    /// The input, with the submission token; its bytes are for a service that takes them in the create call itself.
    public var input: JobInput
    /// What ``BatchProvider/upload(_:)`` returned.
    public var inputFileID: String
    /// When the intent was recorded.
    public var intendedAt: Date

    /// Makes one of its parts.
    public init(input: JobInput, inputFileID: String, intendedAt: Date) {
        self.input = input
        self.inputFileID = inputFileID
        self.intendedAt = intendedAt
    }
}

/// By what a job can be known whose create call gave no answer.
public struct JobTrace: Sendable, Hashable {
    /// The submission token, in the provider's metadata.
    public var token: String
    /// The input, which is uploaded for one job only: evidence where a service drops the metadata.
    public var inputFileID: String?
    /// When the intent was recorded.
    public var since: Date
    /// How many requests the job has.
    public var requests: Int
    /// What the ids of the job's requests begin with, where the provider's ``IDRule/provesJob`` asks for ids of ours.
    public var idPrefix: String

    /// From when on a job may be ours that nothing but its time and size speaks for: a day before the intent, since the
    /// clocks of two machines may differ by so much, and an hour for what is rounded. Where a token or an input proves it,
    /// no date matters.
    public var searchedSince: Date { since.addingTimeInterval(-Self.window) }
    /// Until when it may be: a day after the intent, and the hours that a call may take.
    public var searchedUntil: Date { since.addingTimeInterval(Self.window + Self.longestCall) }

    private static let window: TimeInterval = 25 * 3600
    private static let longestCall: TimeInterval = 4 * 3600

    /// Makes one of its parts.
    public init(token: String, inputFileID: String?, since: Date, requests: Int, idPrefix: String) {
        self.token = token
        self.inputFileID = inputFileID
        self.since = since
        self.requests = requests
        self.idPrefix = idPrefix
    }

    /// True when a job of this date may be the one, as far as clocks can tell.
    public func fits(_ created: Date?) -> Bool {
        created.map { $0 >= searchedSince && $0 <= searchedUntil } ?? true
    }

    /// True when a job is proved to be the one, by its token, or by the input that was uploaded for it alone.
    ///
    /// An input is used again after a job that ended without an answer, so such a job proves nothing by it.
    public func proves(_ job: RemoteJob) -> Bool {
        if let token = job.token, token == self.token { return true }
        guard let input = job.inputFileID, !input.isEmpty, input == inputFileID, !job.lacksRoom else { return false }
        return job.token == nil || ![.failed, .cancelled, .expired].contains(job.status)
    }
}

/// Where the results of an ended job are.
public struct RemoteJobFiles: Sendable, Hashable {
    /// The provider's id of the job.
    public var jobID: String
    /// What the requests ask for.
    public var endpoint: Endpoint
    /// What ``BatchProvider/upload(_:)`` returned; nil for a job that was adopted.
    public var inputFileID: String?
    /// The provider's id of the output file.
    public var outputFileID: String?
    /// The provider's id of the error file.
    public var errorFileID: String?
    /// How much of them is stored already.
    public var collected: CollectionProgress

    /// Makes one of its parts.
    public init(
        jobID: String, endpoint: Endpoint, inputFileID: String? = nil, outputFileID: String?, errorFileID: String?,
        collected: CollectionProgress = CollectionProgress()
    ) {
        self.jobID = jobID
        self.endpoint = endpoint
        self.inputFileID = inputFileID
        self.outputFileID = outputFileID
        self.errorFileID = errorFileID
        self.collected = collected
    }
}

/// One line of a provider's results, read.
public enum ReceivedLine: Sendable, Hashable {
    /// A line that names its request.
    case result(IncomingResult)
    /// A line that cannot be read, with the id of its request where that can still be made out.
    ///
    /// `isCut` is true for the last line of a file that does not end in a line feed: the rest of it may still come, so it is
    /// no request's failure while the results are looked at again, and no progress passes it.
    case unreadable(
        source: ResultSource, reason: String, line: [UInt8], customID: CustomID? = nil, isCut: Bool = false)
}

/// What one provider job may hold.
public struct BatchLimits: Sendable, Hashable {
    /// How many requests.
    public var requests: Int
    /// How many requests at least.
    public var minimumRequests: Int
    /// How many bytes.
    public var bytes: Int
    /// How many inputs of requests for embeddings together; a text to embed is one.
    public var inputs: Int
    /// True when all requests of a job must name one model.
    public var oneModel: Bool
    /// The endpoints it takes.
    public var endpoints: Set<Endpoint>
    /// Which ids it takes.
    public var ids: IDRule
    /// The form of schemas that it takes in a `response_format`, where that is not OpenAI's.
    public var schemas: SchemaDialect?
    /// Whether the schema of a pack may say how many rows it has.
    public var countsRows: Bool
    /// What in a request asks for an answer of a schema.
    public var structuredOutput: StructuredOutput

    /// Makes one of its parts.
    public init(
        requests: Int, minimumRequests: Int = 1, bytes: Int, inputs: Int = .max, oneModel: Bool,
        endpoints: Set<Endpoint>, ids: IDRule = .any, schemas: SchemaDialect? = nil, countsRows: Bool = false,
        structuredOutput: StructuredOutput = .format
    ) {
        self.inputs = inputs
        self.schemas = schemas
        self.countsRows = countsRows
        self.structuredOutput = structuredOutput
        self.requests = requests
        self.minimumRequests = minimumRequests
        self.ids = ids
        self.bytes = bytes
        self.oneModel = oneModel
        self.endpoints = endpoints
    }
}

/// How long the runner waits between calls.
public struct Pacing: Sendable, Hashable {
    /// Before the first poll; later ones double it up to ``longestPoll``.
    public var firstPoll: Duration
    /// The longest pause between two polls.
    public var longestPoll: Duration
    /// Between two listings of a reconciliation: longer than the provider's listing lags behind.
    public var reconcile: Duration
    /// Before the first retry of a failed call; later ones double it up to ``longestBackoff``.
    public var firstBackoff: Duration
    /// The longest pause after a failed call.
    public var longestBackoff: Duration
    /// Before submitting again to a provider whose queue was full.
    public var room: Duration

    /// Makes one of its parts.
    public init(
        firstPoll: Duration = .seconds(2), longestPoll: Duration = .seconds(60), reconcile: Duration = .seconds(5),
        firstBackoff: Duration = .milliseconds(500), longestBackoff: Duration = .seconds(60),
        room: Duration = .seconds(60)
    ) {
        self.firstPoll = firstPoll
        self.longestPoll = longestPoll
        self.reconcile = reconcile
        self.firstBackoff = firstBackoff
        self.longestBackoff = longestBackoff
        self.room = room
    }
}
