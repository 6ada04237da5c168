import LLMBatchCore
import LLMBatchSchema

/// Why a row has no value.
public struct RowProblem: Sendable, Hashable {
    /// The kind of problem; more may be added.
    public struct Kind: RawRepresentable, Sendable, Hashable, Codable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The answer does not have the requested form: it is not JSON, or not a list of rows.
        public static let unreadable = Kind(rawValue: "unreadable")
        /// The answer ends at the token limit.
        public static let cutOff = Kind(rawValue: "cut_off")
        /// The model, or a content filter, refused.
        public static let refused = Kind(rawValue: "refused")
        /// The row is missing from the answer.
        public static let missing = Kind(rawValue: "missing_row")
        /// The answer contains the row more than once.
        public static let duplicate = Kind(rawValue: "duplicate_row")
        /// The answer contains rows that were not requested, so none of it can be trusted.
        public static let unexpected = Kind(rawValue: "unexpected_row")
        /// The value does not match the schema.
        public static let schema = Kind(rawValue: "schema")
        /// The value matches the schema but cannot be decoded.
        public static let decoding = Kind(rawValue: "decoding")
        /// The request got no answer; the message is the provider's error.
        public static let provider = Kind(rawValue: "provider")
        /// The stored request cannot be parsed.
        public static let damaged = Kind(rawValue: "damaged_request")
        /// The request has not been answered yet.
        public static let open = Kind(rawValue: "open")
    }

    /// The kind of problem.
    public let kind: Kind
    /// What happened.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
