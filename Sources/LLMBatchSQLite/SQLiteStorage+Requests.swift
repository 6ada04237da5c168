import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    public func appendRequests(_ requests: [NewRequest], to id: BatchID) async throws {
        try await write { db in
            guard
                let row = try Row.fetchOne(
                    db.cachedStatement(sql: "SELECT batch_key, sealed FROM batches WHERE id = ?"),
                    arguments: [id.rawValue])
            else { throw LLMBatchError.noBatch(id) }
            guard try !row.get("sealed") else { throw LLMBatchError.sealed(id) }
            let key: Int64 = try row.get("batch_key")
            try db.insertRequests(requests, batchKey: key)
            try db.touch(key)
        }
    }

    public func requests(_ query: RequestQuery) async throws -> Page<StoredRequest> {
        try await read { db in
            let (key, endpoint) = try db.keyAndEndpoint(query.batch)
            let condition: String
            switch query.selection {
            case .all: condition = ""
            case .open:
                // Nothing but a look at every request would show that none is open.
                guard try db.batchCounts(key).open > 0 else { return Page(elements: [], hasMore: false) }
                condition = "AND r.outcome IS NULL"
            case .outcomes(let outcomes):
                condition = "AND \(Column.index(for: outcomes)) AND r.outcome IN (\(Column.list(outcomes)))"
            }
            let rows = try BareStatement(
                db,
                """
                SELECT \(StoredRequest.columns), l.line FROM requests r JOIN request_lines l USING (request_key)
                WHERE r.request_key > ?2 AND r.request_key <= ?3 \(condition)
                ORDER BY r.request_key LIMIT ?4
                """)
            try db.bindPage(rows, key, after: query.after, limit: query.limit)
            return try db.page(rows, limit: query.limit, lines: [5]) { try StoredRequest($0, endpoint: endpoint) }
        }
    }

    public func requests(of id: BatchID, customIDs: [CustomID]) async throws -> [StoredRequest] {
        try await read { db in
            let (key, endpoint) = try db.keyAndEndpoint(id)
            let row = try BareStatement(
                db,
                """
                SELECT \(StoredRequest.columns), l.line FROM requests r JOIN request_lines l USING (request_key)
                WHERE r.batch_key = ?1 AND r.custom_id = ?2
                """)
            return try customIDs.compactMap { customID in
                try row.first(key, customID) { try StoredRequest($0, endpoint: endpoint) }
            }
        }
    }

    public func batches(containing customID: CustomID, limit: Int) async throws -> [BatchID] {
        try await read { db in
            // One index look-up per batch, however many requests there are.
            let sql = """
                SELECT b.id FROM batches b WHERE b.sealed = 1
                    AND EXISTS (SELECT 1 FROM requests r WHERE r.batch_key = b.batch_key AND r.custom_id = ?)
                ORDER BY b.batch_key DESC LIMIT ?
                """
            return try String.fetchAll(db.cachedStatement(sql: sql), arguments: [customID.column, limit])
                .map(BatchID.init(rawValue:))
        }
    }
}

extension StoredRequest {
    /// The columns that ``init(_:endpoint:)`` reads, of a request `r`; the line follows as column 5.
    static let columns = "r.request_key, r.custom_id, r.model, r.source_line, r.outcome"

    init(_ row: BareStatement, endpoint: Endpoint) throws {
        self.init(
            position: RequestKey.position(of: try row.integer(0)),
            sourceLine: try row.optionalInteger(3).map(Int.init),
            request: BatchRequest(
                customID: CustomID(try row.text(1)), endpoint: endpoint, model: try row.optionalText(2),
                line: try row.bytes(5) ?? []),
            outcome: try row.outcome(4))
    }
}

extension Database {
    func insertRequests(_ requests: [NewRequest], batchKey: Int64) throws {
        try NewRequest.check(requests, after: try requestCount(batchKey))
        let row = try BareStatement(
            self,
            "INSERT INTO requests (request_key, batch_key, custom_id, model, source_line) VALUES (?1, ?2, ?3, ?4, ?5)")
        let line = try BareStatement(self, "INSERT INTO request_lines (request_key, line) VALUES (?1, ?2)")
        try row.bind(2, batchKey)
        for new in requests {
            guard let key = RequestKey.at(new.position, ofBatch: batchKey) else {
                throw LLMBatchError(
                    .invalidInput, "a batch cannot have more than \(RequestKey.lastPosition + 1) requests")
            }
            try row.bind(1, key)
            try row.bind(3, new.request.customID.rawValue)
            try row.bind(4, new.request.model)
            try row.bind(5, new.sourceLine)
            do { try row.run() } catch let error as DatabaseError
                where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
            {
                throw try duplicate(new, batchKey: batchKey) ?? error
            }
            try line.bind(1, key)
            try line.binding(2, new.request.line) { try line.run() }
        }
    }

    /// The number of requests of a batch, whose positions are consecutive.
    func requestCount(_ batchKey: Int64) throws -> Int {
        let sql = "SELECT max(request_key) FROM requests WHERE request_key BETWEEN ? AND ?"
        let last = try Int64.fetchOne(
            cachedStatement(sql: sql),
            arguments: [RequestKey.first(ofBatch: batchKey), RequestKey.last(ofBatch: batchKey)])
        return last.map { RequestKey.position(of: $0) + 1 } ?? 0
    }

    private func duplicate(_ new: NewRequest, batchKey: Int64) throws -> LLMBatchError? {
        let sql = "SELECT position, source_line FROM requests WHERE batch_key = ? AND custom_id = ?"
        guard let other = try Row.fetchOne(self, sql: sql, arguments: [batchKey, new.request.customID.rawValue]) else {
            return nil
        }
        return LLMBatchError.duplicate(
            new.request.customID, line: new.sourceLine, position: new.position, otherLine: try other.get("source_line"),
            otherPosition: try other.get("position"))
    }
}
