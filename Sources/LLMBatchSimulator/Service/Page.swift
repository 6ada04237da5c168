/// One page of a listing.
struct Page<Item> {
    let items: ArraySlice<Item>
    /// The index of the first item after the page; nil at the end of the list.
    let next: Int?

    var hasMore: Bool { next != nil }

    /// The items from an index on, at most `size` of them.
    init(_ all: [Item], from start: Int, size: Int) {
        let start = min(max(0, start), all.count)
        let end = min(all.count, start + max(0, min(size, all.count)))
        items = all[start..<end]
        next = end < all.count ? end : nil
    }

    /// The items after the one with this id, at most `size` of them; nil when no item has it.
    init?(_ all: [Item], after id: String?, size: Int, _ idOf: (Item) -> String) {
        guard let id else { self.init(all, from: 0, size: size); return }
        guard let place = all.firstIndex(where: { idOf($0) == id }) else { return nil }
        self.init(all, from: place + 1, size: size)
    }
}
