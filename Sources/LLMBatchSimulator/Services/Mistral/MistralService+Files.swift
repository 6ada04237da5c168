import Foundation

/// The Files API.
extension MistralService {
    func file(_ id: String) throws(MistralRefusal) -> HeldFile {
        if let file = files.first(where: { $0.id == id }) { return file }
        throw MistralRefusal(status: 404, message: "No file matches the given query.")
    }

    func upload(_ call: IncomingCall) throws(MistralRefusal) -> WireReply {
        guard let form = MultipartForm(contentType: call.headers["content-type"] ?? "", body: call.body),
            let part = form.parts.first(where: { $0.name == "file" }), let name = part.filename
        else { throw .missing("file") }
        guard form.field("purpose") == "batch" else { throw .missing("purpose") }
        guard name.hasSuffix(".jsonl") else {
            throw MistralRefusal(status: 422, message: "Invalid file format: must be .jsonl")
        }
        let file = HeldFile(id: newID(), name: name, bytes: Data(part.bytes))
        files.append(file)
        ledger.recordUpload(
            LedgerUpload(
                fileID: file.id, filename: name, purpose: "batch", size: file.bytes.count,
                sha256: Fingerprint.sha256(file.bytes), expiresAfterSeconds: nil))
        return WireReply(json(file))
    }

    func listFiles(_ call: IncomingCall) throws(MistralRefusal) -> WireReply {
        WireReply(try page(files.reversed(), call, repeats: false) { json($0) })
    }

    func deleteFile(_ id: String) throws(MistralRefusal) -> WireReply {
        _ = try file(id)
        files.removeAll { $0.id == id }
        return WireReply(["id": .string(id), "object": "file", "deleted": true])
    }

    /// One page of a list, by its 0-based number.
    func page<Item>(
        _ items: [Item], _ call: IncomingCall, repeats: Bool, _ json: (Item) -> WireJSON
    ) throws(MistralRefusal) -> WireJSON {
        let size = Int(call.query["page_size"] ?? "100") ?? 0
        let number = Int(call.query["page"] ?? "0") ?? -1
        guard size > 0, number >= 0 else { throw .missing("page") }
        let length = min(size, script.longestPage ?? size)
        let start = repeats ? 0 : min(items.count, number * length)
        let page = items[start..<min(items.count, start + length)]
        return [
            "data": .array(page.map(json)), "object": "list", "total": .int(repeats ? 1_000_000 : items.count),
        ]
    }

    func json(_ file: HeldFile) -> WireJSON {
        [
            "id": .string(file.id), "object": "file", "bytes": .int(file.bytes.count),
            "created_at": .int(file.createdAt), "filename": .string(file.name), "purpose": "batch",
            "sample_type": .string(file.sampleType), "source": .string(file.isResult ? "mistral" : "upload"),
            "num_lines": .int(Lines.split(file.bytes).count), "mimetype": "application/jsonl",
            "signature": .string(Fingerprint.sha256(file.bytes)), "expires_at": nil, "visibility": "workspace",
        ]
    }
}
