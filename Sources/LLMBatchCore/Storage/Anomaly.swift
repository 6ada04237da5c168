import Foundation

/// A line from a provider that matches no request, or another inconsistency in its results.
public struct Anomaly: Sendable, Hashable, Codable {
    /// The kind of anomaly; more may be added.
    public struct Kind: RawRepresentable, Sendable, Hashable, Codable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// A second line for a custom id.
        public static let duplicate = Kind(rawValue: "duplicate")
        /// A custom id that was never sent.
        public static let unknownID = Kind(rawValue: "unknown_id")
        /// A line that cannot be read.
        public static let unreadable = Kind(rawValue: "unreadable")
        /// The provider's counters do not match its results.
        public static let countMismatch = Kind(rawValue: "count_mismatch")
    }

    /// A number that increases with every anomaly of the batch; 0 until it is stored. A copy of the batch is numbered
    /// again.
    public var number: Int
    /// The attempt.
    public var attempt: Int
    /// The provider job of the attempt, from 1.
    public var jobIndex: Int
    /// The kind of anomaly.
    public var kind: Kind
    /// The custom id, where the line names one.
    public var customID: CustomID?
    /// Where the line was read.
    public var source: ResultSource
    /// What happened.
    public var message: String
    /// The bytes as received, cut to ``keptBytes``.
    public var line: [UInt8]?

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

extension Anomaly {
    /// The maximum number of bytes of a line that an anomaly keeps.
    package static let keptBytes = 64 * 1024

    /// A line for a custom id that its job does not contain.
    public static func unknownID(_ result: IncomingResult, job: ProviderJobID) -> Anomaly {
        Anomaly(
            job: job, kind: .unknownID, customID: result.customID, source: result.source,
            message: "the provider sent a line for \"\(result.customID)\", which this job does not contain",
            line: (result.nativeLine ?? result.line).map { Array($0.prefix(keptBytes)) })
    }

    /// A second line for a custom id.
    public static func duplicate(_ result: IncomingResult, job: ProviderJobID) -> Anomaly {
        Anomaly(
            job: job, kind: .duplicate, customID: result.customID, source: result.source,
            message: "the provider sent another line for \"\(result.customID)\"; the first one is kept",
            line: (result.nativeLine ?? result.line).map { Array($0.prefix(keptBytes)) })
    }
}
