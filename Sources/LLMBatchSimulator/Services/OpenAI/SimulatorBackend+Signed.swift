import Foundation

/// An upload that was started and has no bytes yet.
struct BegunUpload {
    var filename: String
    var checksum: String
}

/// Uploads in three calls, and downloads by redirect.
///
/// Source: together 3.1.1, `lib/resources/files.py`.
extension SimulatorBackend {
    /// Responds with a pre-signed URL, or with the existing file if one has the same bytes.
    func beginUpload(_ call: IncomingCall) throws(APIError) -> WireReply {
        guard let form = MultipartForm(contentType: call.headers["content-type"] ?? "", body: call.body) else {
            throw APIError(message: "Could not parse multipart form.")
        }
        for name in ["purpose", "file_name", "file_type", "checksum"] where form.field(name) == nil {
            throw APIError(message: "'\(name)' is a required property", param: name)
        }
        guard form.field("purpose") == dialect.purpose, form.field("file_type") == "jsonl" else {
            throw APIError(message: "A batch is made of a jsonl file of purpose \(dialect.purpose).", param: "purpose")
        }
        let checksum = form.field("checksum") ?? ""
        if let same = files.first(where: { Fingerprint.sha256($0.bytes) == checksum && $0.purpose == dialect.purpose })
        {
            return WireReply(["error": "File already exists", "file_id": .string(same.id)], status: 409)
        }
        let id = newID("file-sim")
        begun[id] = BegunUpload(filename: form.field("file_name") ?? "", checksum: checksum)
        var reply = WireReply(status: 302, body: Data())
        reply.headers.append(("location", signed(id, call)))
        reply.headers.append(("x-together-file-id", id))
        return reply
    }

    /// Stores the bytes of an upload.
    func fill(_ id: String, _ call: IncomingCall) throws(APIError) -> WireReply {
        guard call.headers["authorization"] == nil else {
            throw APIError(message: "A signed address takes no other permission.", code: "InvalidArgument")
        }
        guard let upload = begun[id] else { throw APIError.notFound("upload", id: id) }
        let sha256 = Fingerprint.sha256(call.body)
        guard sha256 == upload.checksum else { throw APIError(message: "The checksum differs.", code: "BadDigest") }
        files.append(
            SimulatedFile(
                id: id, filename: upload.filename, purpose: dialect.purpose, bytes: call.body,
                createdAt: Fingerprint.now, expiresAt: nil))
        begun[id] = nil
        ledger.recordUpload(
            LedgerUpload(
                fileID: id, filename: upload.filename, purpose: dialect.purpose, size: call.body.count, sha256: sha256,
                expiresAfterSeconds: nil))
        return WireReply(body: Data())
    }

    /// Redirects a download to a pre-signed URL.
    func handOver(_ file: SimulatedFile, _ call: IncomingCall) -> WireReply {
        WireReply(status: 302, headers: ["location": signed(file.id, call)], body: "")
    }

    private func signed(_ id: String, _ call: IncomingCall) -> String {
        "http://\(call.headers["host"] ?? "")/signed/\(id)?signature=sim"
    }
}

extension WireDialect {
    func isSigned(_ call: IncomingCall) -> Bool { signs && call.path.hasPrefix("/signed/") }

    /// The additional routes of a service with pre-signed URLs.
    func signedRoute(_ call: IncomingCall) -> MatchedRoute? {
        let parts = call.path.split(separator: "/").map(String.init)
        switch (call.method, parts.first, parts.count) {
        case ("PUT", "signed", 2): return MatchedRoute(.uploadFile, id: parts[1])
        case ("GET", "signed", 2): return MatchedRoute(.fileContent, id: parts[1])
        default: break
        }
        guard call.path.hasPrefix(root + "/files") else { return nil }
        let rest = call.path.dropFirst(root.count).split(separator: "/").map(String.init)
        return switch (call.method, rest.count, rest.last) {
        case ("POST", 1, _): MatchedRoute(.beginUpload)
        case ("POST", 3, "preprocess"), ("GET", 3, "content"): MatchedRoute(.getFile, id: rest[1])
        default: nil
        }
    }
}
