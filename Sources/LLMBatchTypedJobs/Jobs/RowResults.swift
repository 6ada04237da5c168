import LLMBatchCore
import LLMBatchSchema

/// The rows of a typed job in order, with their values, streamed.
///
/// Holds about ten thousand rows in memory, or a single row group when that is larger. While the job is running, rows
/// may be open.
public struct RowResults: AsyncSequence, Sendable {
    let reader: RowGroupReader

    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// The iterator of ``RowResults``.
    public struct Iterator: AsyncIteratorProtocol {
        var reader: RowGroupReader
        private var rows: ArraySlice<RowResult> = []

        init(reader: RowGroupReader) { self.reader = reader }

        public mutating func next() async throws -> RowResult? {
            if rows.isEmpty, let groups = try await reader.next() {
                rows = groups.flatMap(\.rows).sorted { $0.row < $1.row }[...]
            }
            return rows.popFirst()
        }
    }
}
