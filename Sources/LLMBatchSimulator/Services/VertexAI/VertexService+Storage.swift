import Crypto
import Foundation

/// The parts of Cloud Storage that batches need.
extension VertexService {
    func object(_ address: String) throws(GoogleRefusal) -> HeldObject {
        if let object = objects.last(where: { $0.address == address && $0.session == nil }) { return object }
        throw .stored(404, "notFound", "No such object: \(address.dropFirst(5))")
    }

    func beginUpload(_ bucket: String, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        guard bucket != "no-such-bucket" else {
            throw .stored(404, "notFound", "The specified bucket does not exist.")
        }
        let name = call.query["name"] ?? ReadJSON.object(call.body)?["name"] as? String ?? ""
        guard !name.isEmpty else { throw .stored(400, "required", "Required object name.") }
        let session = "session-\(table.nextNumber())"
        let type = call.headers["x-upload-content-type"] ?? "application/octet-stream"
        objects.append(HeldObject(bucket: bucket, name: name, type: type, session: session))
        var reply = WireReply(type: "text/plain", body: Data())
        let host = call.headers["host"] ?? ""
        reply.headers.append(
            ("location", "http://\(host)/upload/storage/v1/b/\(bucket)/o?uploadType=resumable&upload_id=\(session)"))
        return reply
    }

    /// A call with a range fills the upload; a call without one gets its progress.
    func upload(_ call: IncomingCall) throws(GoogleRefusal) -> WireReply? {
        let id = call.query["upload_id"] ?? ""
        guard let place = objects.firstIndex(where: { $0.session == id }) else {
            // A completed upload returns its object again.
            guard let done = finished[id] else { throw .stored(404, "notFound", "No such upload.") }
            return WireReply(json(of: try object(done)))
        }
        guard let range = ContentRange(call.headers["content-range"] ?? "") else {
            throw .stored(400, "invalid", "Failed to parse Content-Range header.")
        }
        guard let start = range.start else { return standing(objects[place]) }
        guard start == objects[place].bytes.count else { return standing(objects[place]) }
        if let kept = script.uploadBreaksAfter, !objects[place].hasBroken {
            objects[place].hasBroken = true
            objects[place].bytes.append(call.body.prefix(kept))
            guard objects[place].bytes.count == range.total else { return nil }
            finish(place)
            return nil
        }
        objects[place].bytes.append(call.body)
        guard objects[place].bytes.count == range.total else { return standing(objects[place]) }
        return finish(place)
    }

    @discardableResult
    private func finish(_ place: Int) -> WireReply {
        finished[objects[place].session ?? ""] = objects[place].address
        objects[place].session = nil
        let object = objects[place]
        ledger.recordUpload(
            LedgerUpload(
                fileID: object.address, filename: object.name, purpose: "batch", size: object.bytes.count,
                sha256: Fingerprint.sha256(object.bytes), expiresAfterSeconds: nil))
        return WireReply(json(of: object))
    }

    private func standing(_ object: HeldObject) -> WireReply {
        var reply = WireReply(status: 308, type: "text/plain", body: Data())
        if !object.bytes.isEmpty { reply.headers.append(("range", "bytes=0-\(object.bytes.count - 1)")) }
        return reply
    }

    func listObjects(_ bucket: String, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        let prefix = call.query["prefix"] ?? ""
        let found = objects.filter { $0.session == nil && $0.bucket == bucket && $0.name.hasPrefix(prefix) }
        let (page, next) = try GoogleStatusText.page(
            found.sorted { $0.name < $1.name }, call, standard: 1000, longest: script.longestPage, repeats: false)
        var members: [(String, WireJSON)] = [("kind", "storage#objects")]
        if !page.isEmpty { members.append(("items", .array(page.map(json)))) }
        if let next { members.append(("nextPageToken", next)) }
        return WireReply(.object(members))
    }

    func download(_ address: String, _ call: IncomingCall) throws(GoogleRefusal) -> WireReply {
        let bytes = try object(address).bytes
        guard let range = call.headers["range"], range.hasPrefix("bytes="), range.hasSuffix("-"),
            let start = Int(range.dropFirst(6).dropLast())
        else { return WireReply(type: "application/jsonl", body: bytes) }
        guard start < bytes.count else {
            throw .stored(416, "requestedRangeNotSatisfiable", "The requested range cannot be satisfied.")
        }
        var reply = WireReply(status: 206, type: "application/jsonl", body: Data(bytes.dropFirst(start)))
        reply.headers.append(("content-range", "bytes \(start)-\(bytes.count - 1)/\(bytes.count)"))
        return reply
    }

    func json(of object: HeldObject) -> WireJSON {
        let md5 = Data(Insecure.MD5.hash(data: object.bytes)).base64EncodedString()
        return [
            "kind": "storage#object", "id": .string("\(object.bucket)/\(object.name)/1"), "name": .string(object.name),
            "bucket": .string(object.bucket), "generation": "1", "metageneration": "1",
            "contentType": .string(object.type), "storageClass": "STANDARD",
            "size": .string(String(object.bytes.count)), "md5Hash": .string(md5),
            "timeCreated": GoogleStatusText.time(object.createdAt), "updated": GoogleStatusText.time(object.createdAt),
        ]
    }
}

/// `bytes 0-9/10`, or `bytes */10`.
private struct ContentRange {
    /// The index of the first byte sent; nil when no byte is sent.
    let start: Int?
    let total: Int

    init?(_ text: String) {
        guard text.hasPrefix("bytes ") else { return nil }
        let halves = text.dropFirst(6).split(separator: "/").map(String.init)
        guard halves.count == 2, let total = Int(halves[1]) else { return nil }
        self.total = total
        start = halves[0] == "*" ? nil : halves[0].split(separator: "-").first.flatMap { Int($0) }
    }
}

extension GoogleRefusal {
    /// An error in Cloud Storage's format, without a google.rpc code.
    static func stored(_ status: Int, _ reason: String, _ message: String) -> GoogleRefusal {
        GoogleRefusal(status: status, word: "", message: message, reason: reason)
    }
}
