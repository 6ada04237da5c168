import Foundation

/// The Files API.
extension GeminiService {
    func file(_ id: String) throws(GoogleRefusal) -> HeldFile {
        if let file = files.first(where: { $0.id == id && $0.isWhole }) { return file }
        throw GoogleRefusal(
            status: 403, word: "PERMISSION_DENIED",
            message: "You do not have permission to access the File \(id) or it may not exist.")
    }

    func beginUpload(_ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        guard call.headers["x-goog-upload-protocol"] == "resumable", call.headers["x-goog-upload-command"] == "start"
        else { throw .invalid("Only uploads of the resumable protocol are taken.") }
        let given = ReadJSON.object(call.body)?["file"] as? [String: Any] ?? [:]
        let id = "files/sim\(table.nextNumber())"
        let name = (given["displayName"] ?? given["display_name"]) as? String
        let type = call.headers["x-goog-upload-header-content-type"] ?? "application/octet-stream"
        files.append(HeldFile(id: id, displayName: name ?? "", type: type, bytes: Data(), isWhole: false))
        var reply = WireReply([:])
        let host = call.headers["host"] ?? ""
        reply.headers += [
            (
                "x-goog-upload-url",
                "http://\(host)/upload/v1beta/files?upload_id=\(id.dropFirst(6))&upload_protocol=resumable"
            ),
            ("x-goog-upload-status", "active"),
        ]
        return reply
    }

    func upload(_ id: String, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply? {
        guard let place = files.firstIndex(where: { $0.id == "files/" + id }) else {
            throw .notFound("There is no such upload.")
        }
        let command = call.headers["x-goog-upload-command"] ?? ""
        if command == "query" { return standing(files[place]) }
        guard !files[place].isWhole else { throw .invalid("The upload has already been terminated.") }
        guard Int(call.headers["x-goog-upload-offset"] ?? "") == files[place].bytes.count else {
            throw .invalid("The offset is not where the upload stands.")
        }
        if let kept = script.uploadBreaksAfter, !files[place].hasBroken {
            files[place].hasBroken = true
            files[place].bytes.append(call.body.prefix(kept))
            return nil
        }
        files[place].bytes.append(call.body)
        guard command.contains("finalize") else {
            var reply = WireReply([:])
            reply.headers.append(("x-goog-upload-status", "active"))
            return reply
        }
        files[place].isWhole = true
        let file = files[place]
        ledger.recordUpload(
            LedgerUpload(
                fileID: file.id, filename: file.displayName, purpose: "batch", size: file.bytes.count,
                sha256: Fingerprint.sha256(file.bytes), expiresAfterSeconds: nil))
        var reply = WireReply(["file": fileJSON(file)])
        reply.headers.append(("x-goog-upload-status", "final"))
        return reply
    }

    private func standing(_ file: HeldFile) -> WireReply {
        var reply = WireReply([:])
        reply.headers.append(("x-goog-upload-status", file.isWhole ? "final" : "active"))
        if !file.isWhole { reply.headers.append(("x-goog-upload-size-received", String(file.bytes.count))) }
        return reply
    }

    func listFiles(_ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        let whole = files.filter { $0.isWhole && !$0.isOutput }.reversed()
        let (page, next) = try GoogleStatusText.page(
            Array(whole), call, standard: 10, longest: script.longestPage, repeats: false)
        var json: [(String, WireJSON)] = []
        if !page.isEmpty { json.append(("files", .array(page.map(fileJSON)))) }
        if let next { json.append(("nextPageToken", next)) }
        return WireReply(.object(json))
    }

    func deleteFile(_ id: String) throws(GoogleRefusal) -> WireReply {
        _ = try file(id)
        files.removeAll { $0.id == id }
        return WireReply([:])
    }

    func download(_ id: String) throws(GoogleRefusal) -> WireReply {
        let file = try file(id)
        guard file.isOutput else { throw .invalid("Only generated files can be downloaded.") }
        return WireReply(type: "application/octet-stream", body: file.bytes)
    }

    func fileJSON(_ file: HeldFile) -> WireJSON {
        [
            "name": .string(file.id), "displayName": .string(file.displayName), "mimeType": .string(file.type),
            "sizeBytes": .string(String(file.bytes.count)), "createTime": GoogleStatusText.time(file.createdAt),
            "updateTime": GoogleStatusText.time(file.createdAt),
            "expirationTime": GoogleStatusText.time(file.createdAt + 2 * 86_400),
            "uri": .string("https://generativelanguage.googleapis.com/v1beta/\(file.id)"), "state": "ACTIVE",
            "source": .string(file.isOutput ? "GENERATED" : "UPLOADED"),
        ]
    }
}
