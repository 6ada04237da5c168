import LLMBatchCore

/// The key of a request: its batch's key and its position, so that the requests of a batch are one range of keys, in
/// batch order.
struct RequestKey {
    private static let bits: Int64 = 32
    /// The highest position that a key can hold.
    static let lastPosition = Int(UInt32.max)

    /// The smallest key that no request of the batch precedes.
    static func first(ofBatch key: Int64) -> Int64 { key << bits }

    /// The largest key that a request of the batch can have.
    static func last(ofBatch key: Int64) -> Int64 { key << bits | Int64(lastPosition) }

    /// The key of the request at a position; nil for a position that no request can have.
    static func at(_ position: Int, ofBatch key: Int64) -> Int64? {
        (0...lastPosition).contains(position) ? key << bits | Int64(position) : nil
    }

    /// The key after which a list resumes: that of a position, or one before the first for a cursor at the start.
    static func cursor(after position: Int?, ofBatch key: Int64) -> Int64 {
        guard let position, position >= 0 else { return (key << bits) - 1 }
        return key << bits | Int64(min(position, lastPosition))
    }

    static func position(of key: Int64) -> Int { Int(key & Int64(lastPosition)) }
}
