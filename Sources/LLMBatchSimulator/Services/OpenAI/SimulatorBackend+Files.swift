import Foundation

/// The Files API.
extension SimulatorBackend {
    /// The file with this id, or 404.
    func file(_ id: String) throws(APIError) -> SimulatedFile {
        if let file = files.first(where: { $0.id == id }) { return file }
        throw APIError.notFound("such File object", id: id)
    }

    func uploadFile(_ call: IncomingCall) throws(APIError) -> WireReply {
        guard let form = MultipartForm(contentType: call.headers["content-type"] ?? "", body: call.body) else {
            throw APIError(message: "Could not parse multipart form.")
        }
        guard let purpose = form.field("purpose") else {
            throw APIError(message: "'purpose' is a required property", param: "purpose")
        }
        guard let part = form.parts.first(where: { $0.name == "file" }), let filename = part.filename else {
            throw APIError(message: "'file' is a required property", param: "file")
        }
        guard purpose == dialect.purpose || !dialect.isStrict else {
            throw APIError(message: "Invalid value for 'purpose': \(purpose)", param: "purpose")
        }
        guard purpose != "batch" || filename.hasSuffix(".jsonl") else {
            throw APIError(message: "Invalid file format for Batch API. Must be .jsonl", param: "file")
        }
        let lifetime = try lifetime(of: form)
        let standard = purpose == "batch" ? 2_592_000 : nil
        let file = keep(part.bytes, filename: filename, purpose: purpose, lifetime: lifetime ?? standard)
        ledger.recordUpload(
            LedgerUpload(
                fileID: file.id, filename: filename, purpose: purpose, size: file.bytes.count,
                sha256: Fingerprint.sha256(file.bytes), expiresAfterSeconds: lifetime))
        let shown = dialect.showFile(file, fileLooks[file.id, default: 0])
        return WireReply(dialect.wrapsUpload ? ["code": 20000, "data": shown] : shown)
    }

    func getFile(_ id: String, _ call: IncomingCall) throws(APIError) -> WireReply {
        let file = try file(id)
        if call.path.hasSuffix("/content") { return handOver(file, call) }
        fileLooks[id, default: 0] += 1
        return WireReply(dialect.showFile(file, fileLooks[id, default: 0]))
    }

    func listFiles(_ call: IncomingCall) throws(APIError) -> WireReply {
        if dialect.lists != .pages, let odd = call.query.keys.sorted().first {
            throw APIError(message: "Unknown query parameter: '\(odd)'.", param: odd)
        }
        let asked = try call.limit(default: 10_000, max: 10_000)
        let limit = min(asked, script.longestPage ?? asked)
        var shown = call.query["purpose"].map { purpose in files.filter { $0.purpose == purpose } } ?? files
        if call.query["order"] != "asc" { shown.reverse() }
        let show = { [dialect, fileLooks] file in dialect.showFile(file, fileLooks[file.id, default: 0]) }
        if dialect.lists != .pages { return WireReply(["object": "list", "data": .array(shown.map(show))]) }
        return try WireReply(ListingPage(shown, after: call.query["after"], limit: limit, id: \.id).json(show))
    }

    func deleteFile(_ id: String) throws(APIError) -> WireReply {
        _ = try file(id)
        files.removeAll { $0.id == id }
        return WireReply(["id": .string(id), "object": "file", "deleted": true])
    }

    /// Stores bytes as a new file.
    func keep(_ bytes: Data, filename: String, purpose: String, lifetime: Int?) -> SimulatedFile {
        let now = Fingerprint.now
        let file = SimulatedFile(
            id: newID("file-sim"), filename: filename, purpose: purpose, bytes: Data(bytes), createdAt: now,
            expiresAt: lifetime.map { now + $0 })
        files.append(file)
        return file
    }

    private func lifetime(of form: MultipartForm) throws(APIError) -> Int? {
        guard let names = dialect.lifetimeFields else {
            guard let odd = form.parts.first(where: { $0.name.hasPrefix("expires_after") }) else { return nil }
            throw APIError(message: "Unknown field: '\(odd.name)'.", param: odd.name)
        }
        guard let text = form.field(names.seconds) else { return nil }
        guard form.field(names.anchor) == "created_at", let seconds = Int(text), dialect.lifetimes.contains(seconds)
        else {
            throw APIError(
                message: "'expires_after' must be \(dialect.lifetimes.lowerBound) to \(dialect.lifetimes.upperBound) "
                    + "seconds from 'created_at'.", param: "expires_after")
        }
        return seconds
    }
}

/// One page of a listing.
struct ListingPage<Item> {
    private let items: ArraySlice<Item>
    private let hasMore: Bool
    private let id: (Item) -> String

    /// The items after the cursor, at most `limit` of them; an unknown cursor is an error.
    init(_ all: [Item], after: String?, limit: Int, id: @escaping (Item) -> String) throws(APIError) {
        var rest = all[...]
        if let after {
            guard let place = all.firstIndex(where: { id($0) == after }) else {
                throw APIError(message: "Invalid 'after': no such object '\(after)'.", param: "after")
            }
            rest = all[(place + 1)...]
        }
        self.items = rest.prefix(limit)
        self.hasMore = rest.count > limit
        self.id = id
    }

    /// The page in wire format.
    func json(alwaysMore: Bool = false, _ itemJSON: (Item) -> WireJSON) -> WireJSON {
        [
            "object": "list", "data": .array(items.map(itemJSON)), "first_id": .init(items.first.map(id)),
            "last_id": .init(items.last.map(id)), "has_more": .bool(hasMore || alwaysMore),
        ]
    }
}
