/// The name of a pack, its custom id: which places it fills, so that names sort as the packs stand.
///
/// Places are the rows' own numbers, unless the job is shuffled.
struct PackName: Sendable, Hashable {
    let places: ClosedRange<Int>
    let isShuffled: Bool

    init(places: ClosedRange<Int>, isShuffled: Bool) {
        self.places = places
        self.isShuffled = isShuffled
    }

    /// Reads a name; nil when it is none.
    init?(_ id: CustomID) {
        let parts = id.rawValue.split(separator: "-")
        guard let word = parts.first, ["row", "rows", "shuffled"].contains(word), 2...3 ~= parts.count,
            let first = Int(parts[1]), let last = Int(parts[parts.count - 1]), 0 <= first, first <= last,
            last <= WireNumber.largestCount
        else { return nil }
        places = first...last
        isShuffled = word == "shuffled"
    }

    /// `row-0000007`, `rows-0000010-0000019`, `shuffled-0000010-0000019`.
    var customID: CustomID {
        let word = isShuffled ? "shuffled" : places.count == 1 ? "row" : "rows"
        let ends = places.count == 1 ? [places.lowerBound] : [places.lowerBound, places.upperBound]
        return CustomID(([word] + ends.map(Self.padded)).joined(separator: "-"))
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 7 - digits.count)) + digits
    }
}
