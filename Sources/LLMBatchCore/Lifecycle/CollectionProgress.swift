/// How far the result files of a provider job have been stored: where a collection that died goes on.
public struct CollectionProgress: Sendable, Hashable, Codable {
    /// A place in a file, always after a whole line.
    public struct Position: Sendable, Hashable, Codable {
        /// Bytes from the start.
        public var bytes: Int
        /// Whole lines before it.
        public var lines: Int

        /// Makes one of its parts.
        public init(bytes: Int, lines: Int) {
            self.bytes = bytes
            self.lines = lines
        }
    }

    private var files: [String: Position]

    /// Makes one of its parts.
    public init() { files = [:] }

    /// The place in a file (`output`, `error`); its start when nothing of it is stored.
    public subscript(file: String) -> Position {
        get { files[file] ?? Position(bytes: 0, lines: 0) }
        set { files[file] = newValue }
    }
}
