/// Packs rows into the requests of a job, holding one pack in memory, or one window when they are mixed.
struct PackWriter {
    private let definition: JobDefinition
    private var body: PackBody
    private let capacity: Int
    private var rows: [JobRow] = []
    private var place = 0

    init(_ definition: JobDefinition) throws(LLMBatchError) {
        self.definition = definition
        body = try PackBody(definition)
        let window = RowShuffle.window(batchSize: definition.batchSize)
        capacity = definition.shuffleSeed == nil ? definition.batchSize : window
    }

    /// Takes the next row and gives the requests that are complete with it.
    mutating func add(_ row: JobRow) throws(LLMBatchError) -> [BatchRequest] {
        rows.append(row)
        return rows.count == capacity ? try rest() : []
    }

    /// The requests of the rows that are left.
    mutating func rest() throws(LLMBatchError) -> [BatchRequest] {
        var ordered = rows
        if let seed = definition.shuffleSeed {
            let order = RowShuffle(seed: seed).order(window: place / capacity, count: rows.count)
            ordered = order.map { rows[$0] }
        }
        rows.removeAll(keepingCapacity: true)
        var requests: [BatchRequest] = []
        for start in stride(from: 0, to: ordered.count, by: definition.batchSize) {
            let pack = Array(ordered[start..<min(start + definition.batchSize, ordered.count)])
            requests.append(try request(pack))
        }
        return requests
    }

    private mutating func request(_ pack: [JobRow]) throws(LLMBatchError) -> BatchRequest {
        let name = PackName(places: place...(place + pack.count - 1), isShuffled: definition.shuffleSeed != nil)
        place += pack.count
        let model: String? = if case .string(let name)? = definition.parameters["model"] { name } else { nil }
        let line = BatchRequest.line(
            customID: name.customID, endpoint: definition.endpoint, body: try body.of(pack)[...])
        // What is stored is read back by every later command, so it is checked before.
        do { try JSONText.check(line) } catch {
            throw LLMBatchError(
                .invalidInput, "the request \(name.customID) cannot be written as JSON: \(error)",
                hint: "Nothing was stored. Check the rows \(pack[0].number) to \(pack[pack.count - 1].number)")
        }
        return BatchRequest(customID: name.customID, endpoint: definition.endpoint, model: model, line: line)
    }
}
