import LLMBatchCore
import LLMBatchSchema

/// Shuffles rows before they are grouped, within windows of bounded size, so that no job has to be in memory as a
/// whole.
///
/// The order depends only on the seed, the window and its number of rows, in every version of Swift.
struct RowShuffle: Sendable {
    /// The number of rows that are shuffled together: whole row groups, about ten thousand rows.
    static func window(batchSize: Int) -> Int { max(1, 10_000 / batchSize) * batchSize }

    let seed: Int

    /// The row of a window, counted from its first, that fills each of its places.
    func order(window: Int, count: Int) -> [Int] {
        var state = UInt64(bitPattern: Int64(seed)) &+ UInt64(window) &* 0x9E37_79B9_7F4A_7C15
        var order = Array(0..<count)
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(Self.next(&state) % UInt64(last + 1)))
        }
        return order
    }

    /// SplitMix64.
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

extension TypedJobDefinition {
    /// The position of the row group that contains a row, in a batch of this many rows.
    func group(of row: Int, among rows: Int) -> Int {
        guard let shuffleSeed else { return row / batchSize }
        let size = RowShuffle.window(batchSize: batchSize)
        let start = row / size * size
        let order = RowShuffle(seed: shuffleSeed).order(window: row / size, count: min(size, rows - start))
        return (start + (order.firstIndex(of: row - start) ?? 0)) / batchSize
    }
}
