/// Why a row has no value.
public struct RowProblem: Sendable, Hashable {
    /// What kind; more may come.
    public struct Kind: RawRepresentable, Sendable, Hashable, Codable {
        /// The text as it is.
        public let rawValue: String
        /// Takes the text as it is.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// The answer is not what was asked for: no JSON, or no list of rows.
        public static let unreadable = Kind(rawValue: "unreadable")
        /// The answer ends at the token limit.
        public static let cutOff = Kind(rawValue: "cut_off")
        /// The model, or a filter, refused.
        public static let refused = Kind(rawValue: "refused")
        /// The answer leaves the row out.
        public static let missing = Kind(rawValue: "missing_row")
        /// The answer has the row more than once.
        public static let duplicate = Kind(rawValue: "duplicate_row")
        /// The answer has rows that were not asked, so none of it can be trusted.
        public static let unexpected = Kind(rawValue: "unexpected_row")
        /// The value does not fit the schema.
        public static let schema = Kind(rawValue: "schema")
        /// The value fits the schema and cannot be decoded.
        public static let decoding = Kind(rawValue: "decoding")
        /// The request had no answer: the provider's error.
        public static let provider = Kind(rawValue: "provider")
        /// The request that is stored cannot be read.
        public static let damaged = Kind(rawValue: "damaged_request")
        /// The request has not been answered yet.
        public static let open = Kind(rawValue: "open")
    }

    /// What kind it is.
    public let kind: Kind
    /// What happened, in words.
    public let message: String

    /// Makes a problem of a kind, with what happened in words.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }
}
