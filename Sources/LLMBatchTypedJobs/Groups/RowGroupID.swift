import LLMBatchCore
import LLMBatchSchema

/// The custom id of a row group: the places it fills, so that ids sort in the order of the groups.
///
/// Places are the rows' own numbers, unless the job is shuffled.
struct RowGroupID: Sendable, Hashable {
    let places: ClosedRange<Int>
    let isShuffled: Bool

    init(places: ClosedRange<Int>, isShuffled: Bool) {
        self.places = places
        self.isShuffled = isShuffled
    }

    /// Parses an id; nil when it is not that of a row group.
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

extension TypedJobDefinition {
    /// The rows that fill the places of a group, in a job of so many rows.
    func rows(in group: RowGroupID, among rows: Int) -> [Int] {
        guard let shuffleSeed, group.isShuffled else { return Array(group.places) }
        let size = RowShuffle.window(batchSize: batchSize)
        let window = group.places.lowerBound / size
        let start = window * size
        let order = RowShuffle(seed: shuffleSeed).order(window: window, count: min(size, max(0, rows - start)))
        return group.places.compactMap { place in
            order.indices.contains(place - start) ? start + order[place - start] : nil
        }
    }
}
