/// A list that is read from a storage one page at a time, in batch order.
///
/// Holds one page in memory. Elements added during iteration may or may not appear; no element appears twice.
public struct Paged<Element: Sendable>: AsyncSequence, Sendable {
    let fetch: @Sendable (_ after: Int?) async throws -> Page<Element>
    let position: @Sendable (Element) -> Int

    public func makeAsyncIterator() -> Iterator { Iterator(list: self) }

    /// The iterator of a ``Paged`` list.
    public struct Iterator: AsyncIteratorProtocol {
        let list: Paged
        private var page: ArraySlice<Element> = []
        private var after: Int?
        private var isDone = false

        init(list: Paged) { self.list = list }

        public mutating func next() async throws -> Element? {
            if page.isEmpty, !isDone {
                let next = try await list.fetch(after)
                page = next.elements[...]
                isDone = !next.hasMore
                after = next.elements.last.map(list.position)
            }
            return page.popFirst()
        }
    }
}
