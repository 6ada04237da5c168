import GRDB
import LLMBatchCore

extension Database {
    /// Binds the batch (1), the range of its request keys after a position (2 and 3), and one row more than the limit (4).
    func bindPage(_ rows: BareStatement, _ batchKey: Int64, after position: Int?, limit: Int) throws {
        try rows.bind(1, batchKey)
        try rows.bind(2, RequestKey.cursor(after: position, ofBatch: batchKey))
        try rows.bind(3, RequestKey.last(ofBatch: batchKey))
        try rows.bind(4, limit.addingClamped(1))
    }

    /// Steps through a page, which ends early when its lines are long, so that it stays small.
    ///
    /// - Parameter lines: the columns that may be long.
    func page<Element>(
        _ rows: BareStatement, limit: Int, lines: [Int32], _ element: (BareStatement) throws -> Element?
    ) throws -> Page<Element> {
        let most = 4 * 1024 * 1024
        var elements: [Element] = []
        var bytes = 0
        defer { rows.reset() }
        while try rows.step() {
            guard elements.count < limit, bytes < most else { return Page(elements: elements, hasMore: true) }
            for column in lines { bytes += rows.size(column) }
            if let element = try element(rows) { elements.append(element) }
        }
        return Page(elements: elements, hasMore: false)
    }
}

extension BareStatement {
    /// The element of the only row for a batch (1) and a custom id (2); nil when there is none.
    func first<Element>(
        _ batchKey: Int64, _ customID: CustomID, _ element: (BareStatement) throws -> Element?
    ) throws -> Element? {
        try bind(1, batchKey)
        try bind(2, customID.column)
        defer { reset() }
        return try step() ? element(self) : nil
    }
}
