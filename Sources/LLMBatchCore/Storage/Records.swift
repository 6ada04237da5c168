public import Foundation

/// A batch about to be made.
public struct NewBatch: Sendable, Hashable, Codable {
    /// Its id.
    public var id: BatchID
    /// Its name.
    public var name: String?
    /// What the requests ask for.
    public var endpoint: Endpoint
    /// The owner's labels.
    public var metadata: [String: String]
    /// The provider by name.
    public var provider: ProviderSettings
    /// What makes the batch a typed job, as JSON text; nil for a plain batch.
    public var definition: String?
    /// When it was made.
    public var createdAt: Date

    /// Makes one of its parts.
    public init(
        id: BatchID, name: String?, endpoint: Endpoint, metadata: [String: String], provider: ProviderSettings,
        definition: String? = nil, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.endpoint = endpoint
        self.metadata = metadata
        self.provider = provider
        self.definition = definition
        self.createdAt = createdAt
    }
}

/// A request about to be stored.
public struct NewRequest: Sendable, Hashable, Codable {
    /// Its place in the batch, from 0.
    public var position: Int
    /// The line of the file it came from, from 1; nil when it was made in code.
    public var sourceLine: Int?
    /// The request itself.
    public var request: BatchRequest

    /// Makes one of its parts.
    public init(position: Int, sourceLine: Int?, request: BatchRequest) {
        self.position = position
        self.sourceLine = sourceLine
        self.request = request
    }
}

/// A request as it stands in its batch.
public struct StoredRequest: Sendable, Hashable {
    /// The place of the request in the batch, from 0.
    public var position: Int
    /// The line of the file it came from, from 1.
    public var sourceLine: Int?
    /// The request itself.
    public var request: BatchRequest
    /// The outcome of its current answer; nil while it is open.
    public var outcome: Outcome?

    /// Makes one of its parts.
    public init(position: Int, sourceLine: Int?, request: BatchRequest, outcome: Outcome?) {
        self.position = position
        self.sourceLine = sourceLine
        self.request = request
        self.outcome = outcome
    }
}

/// A request's place in the provider jobs of an attempt.
public struct JobAssignment: Sendable, Hashable, Codable {
    /// The place of the request in the batch, from 0.
    public var position: Int
    /// The index of the provider job.
    public var job: Int
    /// The line that is asked instead of the request's own: a narrower form of it; nil for the line as it is.
    public var line: [UInt8]?

    /// Makes one of its parts.
    public init(position: Int, job: Int, line: [UInt8]? = nil) {
        self.position = position
        self.job = job
        self.line = line
    }
}

/// A result on its way into the store.
public struct IncomingResult: Sendable, Hashable, Codable {
    /// The caller's name of the request.
    public var customID: CustomID
    /// How it ended.
    public var outcome: Outcome
    /// The HTTP status, where there was one.
    public var statusCode: Int?
    /// Why it did not succeed.
    public var error: ResultError?
    /// Tokens used, where the provider tells.
    public var usage: TokenUsage
    /// The line in canonical form; the provider's as received where it sends that form.
    public var line: [UInt8]?
    /// The provider's line as received, where it is of another form than ``line``.
    public var nativeLine: [UInt8]?
    /// Where it was read.
    public var source: ResultSource

    /// Makes one of its parts.
    public init(
        customID: CustomID, outcome: Outcome, statusCode: Int? = nil, error: ResultError? = nil,
        usage: TokenUsage = TokenUsage(), line: [UInt8]? = nil, nativeLine: [UInt8]? = nil, source: ResultSource
    ) {
        self.customID = customID
        self.outcome = outcome
        self.statusCode = statusCode
        self.error = error
        self.usage = usage
        self.line = line
        self.nativeLine = nativeLine
        self.source = source
    }
}

/// Where a result was read: tells the same line, fetched again, from a second line for the same request.
public struct ResultSource: Sendable, Hashable, Codable {
    /// `output` or `error` for a provider's files, `answer` for a realtime call.
    public var file: String
    /// From 1; 0 where there are no lines.
    public var line: Int

    /// Makes one of its parts.
    public init(file: String, line: Int) {
        self.file = file
        self.line = line
    }

    /// A realtime answer.
    public static let answer = ResultSource(file: "answer", line: 0)
}

/// Something a provider sent that fits no request.
public struct Anomaly: Sendable, Hashable, Codable {
    /// What kind; more may come.
    public struct Kind: RawRepresentable, Sendable, Hashable, Codable {
        /// The text as it is.
        public let rawValue: String
        /// Takes the text as it is.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A second line for a custom id.
        public static let duplicate = Kind(rawValue: "duplicate")
        /// A custom id that was never sent.
        public static let unknownID = Kind(rawValue: "unknown_id")
        /// A line that cannot be read.
        public static let unreadable = Kind(rawValue: "unreadable")
        /// The provider's counters differ from what it sent.
        public static let countMismatch = Kind(rawValue: "count_mismatch")
    }

    /// Grows with every anomaly of the batch; 0 until it is stored. A copy of the batch numbers anew.
    public var number: Int
    /// The attempt.
    public var attempt: Int
    /// The provider job of the attempt, from 1.
    public var jobIndex: Int
    /// What kind it is.
    public var kind: Kind
    /// The caller's name of the request.
    public var customID: CustomID?
    /// Where it was read.
    public var source: ResultSource
    /// What happened, in words.
    public var message: String
    /// The bytes as received, cut to a bound.
    public var line: [UInt8]?

    /// Makes one of its parts.
    public init(
        number: Int = 0, job: ProviderJobID, kind: Kind, customID: CustomID?, source: ResultSource, message: String,
        line: [UInt8]?
    ) {
        self.number = number
        attempt = job.attempt
        jobIndex = job.index
        self.kind = kind
        self.customID = customID
        self.source = source
        self.message = message
        self.line = line
    }
}

/// What became of results that were handed in.
public struct IngestReport: Sendable, Hashable {
    /// Stored now.
    public var stored = 0
    /// The same line as is there already.
    public var repeated = 0
    /// Recorded as anomalies: a second line for an id, or an id that was never sent.
    public var anomalies = 0

    /// Makes one of its parts.
    public init() {}
}

/// One attempt at one request: the attempt, and its result once there is one.
public struct RequestTry: Sendable, Hashable {
    /// The attempt.
    public var attempt: Attempt
    /// The provider job.
    public var job: ProviderJobID
    /// The provider's id of it.
    public var remoteID: String?
    /// The line that was asked, where it was not the request's own.
    public var asked: [UInt8]?
    /// Nil while it is open.
    public var result: BatchResult?

    /// Makes one of its parts.
    public init(
        attempt: Attempt, job: ProviderJobID, remoteID: String?, asked: [UInt8]? = nil, result: BatchResult?
    ) {
        self.attempt = attempt
        self.job = job
        self.remoteID = remoteID
        self.asked = asked
        self.result = result
    }
}
