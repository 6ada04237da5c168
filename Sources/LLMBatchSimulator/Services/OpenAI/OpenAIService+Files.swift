import Foundation
import LLMBatchCore

/// The Files API, and uploads and downloads by presigned URL.
extension OpenAIService {
    /// The file with this id, or 404.
    private func file(_ id: String) throws(Refusal) -> SimulatedFile {
        if let file = store.files.whole(id) { return file }
        throw APIError.notFound("such File object", id: id).refusal
    }

    func newFile(
        _ name: String, purpose: String, _ bytes: Data, lifetime: Int?
    ) -> SimulatedFile {
        SimulatedFile(id: newID("file-sim"), filename: name, purpose: purpose, bytes: bytes).with { file in
            file.expiresAt = lifetime.map { file.createdAt + $0 }
        }
    }

    private func form(_ call: IncomingCall, requires names: [String]) throws(Refusal) -> MultipartForm {
        guard let form = call.form else { throw APIError(message: "Could not parse multipart form.").refusal }
        for name in names where form.field(name) == nil {
            throw APIError(message: "'\(name)' is a required property", param: name).refusal
        }
        return form
    }

    func uploadFile(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let form = try form(call, requires: ["purpose"])
        let purpose = form.field("purpose") ?? ""
        guard let part = form.file, let filename = part.filename else {
            throw APIError(message: "'file' is a required property", param: "file").refusal
        }
        guard purpose == dialect.purpose || !dialect.isStrict else {
            throw APIError(message: "Invalid value for 'purpose': \(purpose)", param: "purpose").refusal
        }
        guard purpose != "batch" || filename.hasSuffix(".jsonl") else {
            throw APIError(message: "Invalid file format for Batch API. Must be .jsonl", param: "file").refusal
        }
        let lifetime = try lifetime(of: form)
        let file = newFile(
            filename, purpose: purpose, part.bytes, lifetime: lifetime ?? (purpose == "batch" ? 2_592_000 : nil))
        store.keep(upload: file, lifetime: lifetime)
        let shown = dialect.showFile(file)
        return WireReply(dialect.wrapsUpload ? ["code": 20000, "data": shown] : shown)
    }

    private func lifetime(of form: MultipartForm) throws(Refusal) -> Int? {
        guard let names = dialect.lifetimeFields else {
            guard let odd = form.parts.first(where: { $0.name.hasPrefix("expires_after") }) else { return nil }
            throw APIError(message: "Unknown field: '\(odd.name)'.", param: odd.name).refusal
        }
        guard let text = form.field(names.seconds) else { return nil }
        guard form.field(names.anchor) == "created_at", let seconds = Int(text), dialect.lifetimes.contains(seconds)
        else {
            throw APIError(
                message: "'expires_after' must be \(dialect.lifetimes.lowerBound) to \(dialect.lifetimes.upperBound) "
                    + "seconds from 'created_at'.", param: "expires_after"
            ).refusal
        }
        return seconds
    }

    func getFile(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        store.files.change(call["id"]) { $0.looks += 1 }
        return WireReply(dialect.showFile(try file(call["id"])))
    }

    func listFiles(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        try rejectQuery(call)
        let size = try limit(call, default: 10_000, max: 10_000)
        var files = store.files.all.filter(\.isWhole)
        if let purpose = call.query["purpose"] { files = files.filter { $0.purpose == purpose } }
        if call.query["order"] != "asc" { files.reverse() }
        guard dialect.lists == .pages else {
            return WireReply(["object": "list", "data": .array(files.map { dialect.showFile($0) })])
        }
        return WireReply(try page(files, after: call.query["after"], size, \.id, dialect.showFile))
    }

    func deleteFile(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let id = try file(call["id"]).id
        store.files[id] = nil
        return WireReply(["id": .string(id), "object": "file", "deleted": true])
    }

    func content(_ call: IncomingCall) throws(Refusal) -> WireReply? { .bytes(try file(call["id"]).bytes) }

    // MARK: - Presigned URLs

    /// Uploads in three calls, and downloads by redirect.
    ///
    /// Source: together 3.1.1, `lib/resources/files.py`.
    var presignedRoutes: [Route] {
        [
            Route(.uploadFile, "PUT /signed/{id}", handle: fill),
            Route(.fileContent, "GET /signed/{id}", handle: content),
            Route(.beginUpload, "POST \(dialect.root)/files", handle: beginUpload),
            Route(.getFile, "POST \(dialect.root)/files/{id}/preprocess", handle: getFile),
            Route(.getFile, "GET \(dialect.root)/files/{id}/content") { [unowned self] call throws(Refusal) in
                WireReply(status: 302, headers: ["location": presigned(try file(call["id"]).id, call)], body: "")
            },
        ]
    }

    /// Responds with a presigned URL, or with the existing file if one has the same bytes.
    private func beginUpload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let form = try form(call, requires: ["purpose", "file_name", "file_type", "checksum"])
        guard form.field("purpose") == dialect.purpose, form.field("file_type") == "jsonl" else {
            let message = "A batch is made of a jsonl file of purpose \(dialect.purpose)."
            throw APIError(message: message, param: "purpose").refusal
        }
        let checksum = form.field("checksum") ?? ""
        let isSame = { [dialect] (file: SimulatedFile) in
            file.isWhole && file.purpose == dialect.purpose && Fingerprint.sha256(file.bytes) == checksum
        }
        if let same = store.files.all.first(where: isSame) {
            return WireReply(["error": "File already exists", "file_id": .string(same.id)], status: 409)
        }
        let file = newFile(form.field("file_name") ?? "", purpose: dialect.purpose, Data(), lifetime: nil)
        store.files.add(file.with { $0.isWhole = false })
        checksums[file.id] = checksum
        return WireReply(status: 302, body: Data()).with("location", presigned(file.id, call))
            .with("x-together-file-id", file.id)
    }

    /// Stores the bytes of an upload.
    private func fill(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let id = call["id"]
        guard call.headers["authorization"] == nil else {
            throw APIError(message: "A signed address takes no other permission.", code: "InvalidArgument").refusal
        }
        guard let checksum = checksums[id] else { throw APIError.notFound("upload", id: id).refusal }
        guard Fingerprint.sha256(call.body) == checksum else {
            throw APIError(message: "The checksum differs.", code: "BadDigest").refusal
        }
        checksums[id] = nil
        store.files.change(id) {
            $0.bytes = call.body
            $0.isWhole = true
        }
        store.record(try file(id))
        return WireReply(body: Data())
    }

    private func presigned(_ id: String, _ call: IncomingCall) -> String { call.url("/signed/\(id)?signature=sim") }
}
