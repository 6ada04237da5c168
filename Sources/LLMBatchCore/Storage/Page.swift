/// A stretch of a longer list.
public struct Page<Element: Sendable>: Sendable {
    /// The elements.
    public let elements: [Element]
    /// True when there is more after the last element.
    public let hasMore: Bool

    /// Makes one of its parts.
    public init(elements: [Element], hasMore: Bool) {
        self.elements = elements
        self.hasMore = hasMore
    }

    /// A page from one row more than was asked for, which tells that there is more and is dropped.
    public init(overfull elements: [Element], limit: Int) {
        self.init(elements: Array(elements.prefix(limit)), hasMore: elements.count > limit)
    }
}
