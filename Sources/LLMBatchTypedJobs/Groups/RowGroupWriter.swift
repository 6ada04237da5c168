import LLMBatchCore
import LLMBatchSchema

/// Groups rows into the requests of a job, holding one row group in memory, or one window when rows are shuffled.
struct RowGroupWriter {
    private let definition: TypedJobDefinition
    private var body: RowGroupBody
    private let capacity: Int
    private var rows: [TypedJobRow] = []
    private var place = 0

    init(_ definition: TypedJobDefinition) throws(LLMBatchError) {
        self.definition = definition
        body = try RowGroupBody(definition)
        let window = RowShuffle.window(batchSize: definition.batchSize)
        capacity = definition.shuffleSeed == nil ? definition.batchSize : window
    }

    /// Adds the next row and returns the requests that it completes.
    mutating func add(_ row: TypedJobRow) throws(LLMBatchError) -> [BatchRequest] {
        rows.append(row)
        return rows.count == capacity ? try rest() : []
    }

    /// The requests of the remaining rows.
    mutating func rest() throws(LLMBatchError) -> [BatchRequest] {
        var ordered = rows
        if let seed = definition.shuffleSeed {
            let order = RowShuffle(seed: seed).order(window: place / capacity, count: rows.count)
            ordered = order.map { rows[$0] }
        }
        rows.removeAll(keepingCapacity: true)
        var requests: [BatchRequest] = []
        for start in stride(from: 0, to: ordered.count, by: definition.batchSize) {
            let group = Array(ordered[start..<min(start + definition.batchSize, ordered.count)])
            requests.append(try request(group))
        }
        return requests
    }

    private mutating func request(_ group: [TypedJobRow]) throws(LLMBatchError) -> BatchRequest {
        let name = RowGroupID(places: place...(place + group.count - 1), isShuffled: definition.shuffleSeed != nil)
        place += group.count
        let model: String? = if case .string(let name)? = definition.parameters["model"] { name } else { nil }
        let line = BatchRequest.line(
            customID: name.customID, endpoint: definition.endpoint, body: try body.of(group)[...])
        // Stored requests are read back by every later command, so they are checked first.
        do { try JSONText.check(line) } catch {
            throw LLMBatchError(
                .invalidInput, "the request \(name.customID) cannot be written as JSON: \(error)",
                remedy: "Nothing was stored. Check the rows \(group[0].number) to \(group[group.count - 1].number)")
        }
        return BatchRequest(customID: name.customID, endpoint: definition.endpoint, model: model, line: line)
    }
}
