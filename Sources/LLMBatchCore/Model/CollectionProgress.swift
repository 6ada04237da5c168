/// The checkpoint of a collection: how much of a provider job's result files has been stored.
public struct CollectionProgress: Sendable, Hashable, Codable {
    /// A position in a file, always after a complete line.
    public struct Position: Sendable, Hashable, Codable {
        /// Bytes from the start.
        public var bytes: Int
        /// Complete lines before the position.
        public var lines: Int

        public init(bytes: Int, lines: Int) {
            self.bytes = bytes
            self.lines = lines
        }
    }

    private var files: [String: Position]

    public init() { files = [:] }

    /// The checkpoint in a file (`output`, `error`); its start when none of it has been stored.
    public subscript(file: String) -> Position {
        get { files[file] ?? Position(bytes: 0, lines: 0) }
        set { files[file] = newValue }
    }
}
