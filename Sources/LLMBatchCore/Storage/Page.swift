/// One page of a longer list.
public struct Page<Element: Sendable>: Sendable {
    /// The elements.
    public let elements: [Element]
    /// True when there are more elements after the last one.
    public let hasMore: Bool

    public init(elements: [Element], hasMore: Bool) {
        self.elements = elements
        self.hasMore = hasMore
    }

    /// Creates a page from up to one element more than the limit; the extra element shows that there are more, and is
    /// dropped.
    public init(overfull elements: [Element], limit: Int) {
        self.init(elements: Array(elements.prefix(limit)), hasMore: elements.count > limit)
    }
}
