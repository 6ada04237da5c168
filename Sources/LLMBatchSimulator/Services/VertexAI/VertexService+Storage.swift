import Crypto
import Foundation
import LLMBatchCore

/// The parts of Cloud Storage that batches need. A file's id is its address, such as `gs://bucket/name`, or the id of
/// its upload until that is complete.
extension VertexService {
    var storageRoutes: [Route] {
        let isResumable: @Sendable (IncomingCall) -> Bool = { $0.query["uploadType"] == "resumable" }
        let isMedia: @Sendable (IncomingCall) -> Bool = { $0.query["alt"] == "media" }
        return [
            Route(.beginUpload, "POST /upload/storage/v1/b/{bucket}/o", if: isResumable, handle: beginUpload),
            Route(.uploadFile, "PUT /upload/storage/v1/b/{bucket}/o", if: isResumable, handle: upload),
            Route(.listFiles, "GET /storage/v1/b/{bucket}/o") { [unowned self] call throws(Refusal) in
                let start = "gs://\(call["bucket"])/" + (call.query["prefix"] ?? "")
                let found = store.files.all.filter { $0.isWhole && $0.id.hasPrefix(start) }
                return try googlePage(
                    call, "items", found.sorted { $0.filename < $1.filename }, standard: 1000,
                    kind: "storage#objects", show: json)
            },
            Route(.fileContent, "GET /storage/v1/b/{bucket}/o/{name}", if: isMedia, handle: download),
            Route(.getFile, "GET /storage/v1/b/{bucket}/o/{name}") { [unowned self] call throws(Refusal) in
                WireReply(json(try object("gs://\(call["bucket"])/\(call["name"])")))
            },
        ]
    }

    private func object(_ address: String) throws(Refusal) -> SimulatedFile {
        if let object = store.files.whole(address) { return object }
        throw .stored(404, "notFound", "No such object: \(address.dropFirst(5))")
    }

    private func beginUpload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let bucket = call["bucket"]
        guard bucket != "no-such-bucket" else {
            throw .stored(404, "notFound", "The specified bucket does not exist.")
        }
        let name = call.query["name"] ?? call.json["name"]?.text ?? ""
        guard !name.isEmpty else { throw .stored(400, "required", "Required object name.") }
        let session = "session-\(store.nextNumber())"
        store.files.add(
            SimulatedFile(id: session, filename: name, purpose: bucket, bytes: Data()).with {
                $0.type = call.headers["x-upload-content-type"] ?? $0.type
                $0.isWhole = false
            })
        let path = "/upload/storage/v1/b/\(bucket)/o?uploadType=resumable&upload_id=\(session)"
        return WireReply(type: "text/plain", body: Data()).with("location", call.url(path))
    }

    /// A call with a range fills the upload; a call without one gets its progress.
    private func upload(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let session = call.query["upload_id"] ?? ""
        guard let file = store.files[session] else {
            // A completed upload returns its object again.
            guard let done = finished[session] else { throw .stored(404, "notFound", "No such upload.") }
            return WireReply(json(try object(done)))
        }
        guard let range = ContentRange(call.headers["content-range"] ?? "") else {
            throw .stored(400, "invalid", "Failed to parse Content-Range header.")
        }
        guard range.start == file.bytes.count else { return progress(file) }
        let isInterrupted = !store.files.append(call.body, to: session, script)
        let filled = store.files[session] ?? file
        guard filled.bytes.count == range.total else { return isInterrupted ? nil : progress(filled) }
        let reply = finish(filled, session)
        return isInterrupted ? nil : reply
    }

    private func finish(_ upload: SimulatedFile, _ session: String) -> WireReply {
        let address = "gs://\(upload.purpose)/\(upload.filename)"
        let object = SimulatedFile(id: address, filename: upload.filename, purpose: "batch", bytes: upload.bytes).with {
            $0.type = upload.type
        }
        finished[session] = address
        store.files[session] = nil
        store.keep(upload: object)
        return WireReply(json(object))
    }

    private func progress(_ file: SimulatedFile) -> WireReply {
        let reply = WireReply(status: 308, type: "text/plain", body: Data())
        return file.bytes.isEmpty ? reply : reply.with("range", "bytes=0-\(file.bytes.count - 1)")
    }

    private func download(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let bytes = try object("gs://\(call["bucket"])/\(call["name"])").bytes
        let whole = WireReply(type: "application/jsonl", body: bytes)
        guard let range = call.headers["range"]?.wholeMatch(of: /bytes=(\d+)-/), let start = Int(range.1) else {
            return whole
        }
        guard start < bytes.count else {
            throw .stored(416, "requestedRangeNotSatisfiable", "The requested range cannot be satisfied.")
        }
        return whole.range(from: start)
    }

    private func json(_ object: SimulatedFile) -> JSONNode {
        let bucket = object.id.dropFirst(5).prefix { $0 != "/" }
        let md5 = Data(Insecure.MD5.hash(data: object.bytes)).base64EncodedString()
        return [
            "kind": "storage#object", "id": .string("\(bucket)/\(object.filename)/1"),
            "name": .string(object.filename), "bucket": .string(String(bucket)), "generation": "1",
            "metageneration": "1", "contentType": .string(object.type), "storageClass": "STANDARD",
            "size": .string(String(object.bytes.count)), "md5Hash": .string(md5),
            "timeCreated": .time(object.createdAt), "updated": .time(object.createdAt),
        ]
    }
}

/// `bytes 0-9/10`, or `bytes */10`.
private struct ContentRange {
    /// The index of the first byte sent; nil when no byte is sent.
    let start: Int?
    let total: Int

    init?(_ text: String) {
        guard let match = text.wholeMatch(of: /bytes (\*|\d+-\d+)\/(\d+)/), let total = Int(match.2) else { return nil }
        self.total = total
        start = match.1.split(separator: "-").first.flatMap { Int($0) }
    }
}

extension Refusal {
    /// An error in Cloud Storage's format, with a reason instead of a google.rpc code.
    fileprivate static func stored(_ status: Int, _ reason: String, _ message: String) -> Refusal {
        let detail: JSONNode = ["message": .string(message), "domain": "global", "reason": .string(reason)]
        return Refusal(
            ["error": ["code": .int(status), "message": .string(message), "errors": [detail]]], status: status)
    }
}
