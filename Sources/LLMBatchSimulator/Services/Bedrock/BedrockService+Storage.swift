import Crypto
import Foundation
import LLMBatchCore

/// A multipart upload in progress.
struct MultipartUpload {
    var uri: String
    var labels: [String: String]
    var parts: [Int: Data] = [:]
}

/// S3: whole objects, multipart uploads, byte ranges and listings. A file's id is its URI, such as `s3://bucket/key`.
extension BedrockService {
    /// The minimum size of every part but the last.
    private static let smallestPart = 5 * 1024 * 1024

    var storageRoutes: [Route] {
        let isStorage: @Sendable (IncomingCall) -> Bool = { AWSEndpoint(of: $0) == .storage }
        let isUpload: @Sendable (IncomingCall) -> Bool = { isStorage($0) && $0.query["uploadId"] != nil }
        let object = "/{bucket}/{key...}"
        return [
            Route(.endUpload, "POST \(object)", if: isUpload, handle: complete),
            Route(.beginUpload, "POST \(object)", if: isStorage, handle: begin),
            Route(.uploadFile, "PUT \(object)", if: isUpload, handle: putPart),
            Route(.uploadFile, "PUT \(object)", if: isStorage, handle: put),
            Route(.fileContent, "GET \(object)", if: isStorage, handle: read),
            Route(.getFile, "HEAD \(object)", if: isStorage, handle: read),
            Route(.deleteFile, "DELETE \(object)", if: isStorage, handle: delete),
            Route(.checkAccount, "HEAD /{bucket}", if: isStorage) { [unowned self] _ in
                WireReply(body: Data()).with("x-amz-bucket-region", account.region)
            },
            Route(.listFiles, "GET /{bucket}", if: isStorage, handle: listObjects),
        ]
    }

    /// Requires that a bucket exists in the account's region.
    func checkBucket(_ bucket: String) throws(Refusal) {
        guard let region = account.buckets[bucket] else {
            throw .aws(.storage, "NoSuchBucket", "The specified bucket does not exist", status: 404)
        }
        guard region == account.region else {
            let message =
                "The bucket you are attempting to access must be addressed using the specified endpoint."
            let refusal = Refusal.aws(.storage, "PermanentRedirect", message, status: 301)
            throw Refusal(refusal.reply.with("x-amz-bucket-region", region))
        }
    }

    private func uri(_ call: IncomingCall) -> String { "s3://\(call["bucket"])/\(call["key"])" }

    private func labels(_ call: IncomingCall) -> [String: String] {
        call.headers.filter { $0.key.hasPrefix("x-amz-meta-") }
    }

    private func tag(_ bytes: Data) -> String { "\"\(Fingerprint.hex(Insecure.MD5.hash(data: bytes)))\"" }

    private func put(_ bytes: Data, as uri: String, labels: [String: String]) {
        let name = String(uri.split(separator: "/").last ?? "")
        let file = SimulatedFile(id: uri, filename: name, purpose: "batch", bytes: bytes)
        store.keep(upload: file.with { $0.labels = labels })
    }

    // MARK: - Uploads

    private func put(_ call: IncomingCall) -> WireReply? {
        let bytes = AWSChunks.body(of: call)
        put(bytes, as: uri(call), labels: labels(call))
        return WireReply(body: Data()).with("etag", tag(bytes))
    }

    private func upload(_ call: IncomingCall) throws(Refusal) -> (id: String, MultipartUpload) {
        let id = call.query["uploadId"] ?? ""
        if let upload = uploads[id], upload.uri == uri(call) { return (id, upload) }
        throw .aws(.storage, "NoSuchUpload", "The specified upload does not exist.", status: 404)
    }

    private func begin(_ call: IncomingCall) -> WireReply? {
        let id = "upload\(store.nextNumber())"
        uploads[id] = MultipartUpload(uri: uri(call), labels: labels(call))
        return .xml(
            "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + "<Bucket>\(call["bucket"])</Bucket><Key>\(call["key"].escapedForXML)</Key><UploadId>\(id)</UploadId>"
                + "</InitiateMultipartUploadResult>")
    }

    private func putPart(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let (id, _) = try upload(call)
        guard let number = Int(call.query["partNumber"] ?? ""), (1...10_000).contains(number) else {
            throw .aws(.storage, "NoSuchUpload", "The specified upload does not exist.", status: 404)
        }
        let bytes = AWSChunks.body(of: call)
        uploads[id]?.parts[number] = bytes
        return WireReply(body: Data()).with("etag", tag(bytes))
    }

    private func complete(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        let (id, upload) = try upload(call)
        let text = String(decoding: call.body, as: UTF8.self)
        let named = text.matches(of: /<PartNumber>\s*(\d+)\s*<\/PartNumber>/).compactMap { Int($0.1) }
        guard !named.isEmpty, named == named.sorted(), named.allSatisfy({ upload.parts[$0] != nil }) else {
            throw .aws(.storage, "InvalidPart", "One or more of the specified parts could not be found.")
        }
        let parts = named.compactMap { upload.parts[$0] }
        guard parts.dropLast().allSatisfy({ $0.count >= Self.smallestPart }) else {
            throw .aws(.storage, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        }
        let bytes = parts.reduce(Data(), +)
        put(bytes, as: upload.uri, labels: upload.labels)
        uploads[id] = nil
        let etag = tag(bytes).escapedForXML
        return .xml("<CompleteMultipartUploadResult><ETag>\(etag)</ETag></CompleteMultipartUploadResult>")
    }

    private func delete(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        if call.query["uploadId"] != nil {
            uploads[try upload(call).id] = nil
        } else {
            store.files[uri(call)] = nil
        }
        return WireReply(status: 204, body: Data())
    }

    // MARK: - Downloads and listings

    private func read(_ call: IncomingCall) throws(Refusal) -> WireReply? {
        guard let object = store.files[uri(call)] else {
            throw .aws(.storage, "NoSuchKey", "The specified key does not exist.", status: 404)
        }
        var reply = WireReply.bytes(object.bytes).with("etag", tag(object.bytes)).with("accept-ranges", "bytes")
            .with("last-modified", Self.httpDate(object.createdAt))
        reply.headers += object.labels.map { ($0.key, $0.value) }
        guard let range = call.headers["range"]?.wholeMatch(of: /bytes=(\d+)-(\d*)/) else { return reply }
        let start = Int(range.1) ?? 0
        guard start < object.bytes.count else {
            throw .aws(.storage, "InvalidRange", "The requested range is not satisfiable", status: 416)
        }
        return reply.range(from: start, to: min(Int(range.2) ?? .max, object.bytes.count - 1))
    }

    private func listObjects(_ call: IncomingCall) -> WireReply? {
        let root = "s3://\(call["bucket"])/"
        let after = call.query["continuation-token"] ?? call.query["start-after"] ?? ""
        let found = store.files.all.filter { $0.id.hasPrefix(root + (call.query["prefix"] ?? "")) }
            .map { (key: String($0.id.dropFirst(root.count)), file: $0) }.filter { $0.key > after }
            .sorted { Array($0.key.utf8).lexicographicallyPrecedes(Array($1.key.utf8)) }
        let page = found.prefix(Int(call.query["max-keys"] ?? "") ?? 1000)
        let isEncoded = call.query["encoding-type"] == "url"
        let contents = page.map { key, file -> String in
            let shown = isEncoded ? key.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? key : key
            return "<Contents><Key>\(shown.escapedForXML)</Key><Size>\(file.bytes.count)</Size>"
                + "<LastModified>\(JSONNode.iso(file.createdAt))</LastModified>"
                + "<ETag>\(tag(file.bytes).escapedForXML)</ETag><StorageClass>STANDARD</StorageClass></Contents>"
        }
        let hasMore = page.count < found.count
        let last = (page.last?.key ?? "").escapedForXML
        return .xml(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>\(call["bucket"])</Name>"
                + "<KeyCount>\(page.count)</KeyCount><IsTruncated>\(hasMore)</IsTruncated>"
                + (isEncoded ? "<EncodingType>url</EncodingType>" : "")
                + (hasMore ? "<NextContinuationToken>\(last)</NextContinuationToken>" : "") + contents.joined()
                + "</ListBucketResult>")
    }

    private static func httpDate(_ seconds: Int) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}
