import Foundation

/// S3: whole objects, multipart uploads, byte ranges and listings.
extension BedrockService {
    /// The minimum size of every part but the last.
    static let smallestPart = 5 * 1024 * 1024

    func store(_ matched: MatchedRoute, _ call: IncomingCall) throws(AWSRefusal) -> WireReply? {
        let name = matched.id
        try checkBucket(String(name.split(separator: "/").first ?? ""))
        switch matched.route {
        case .checkAccount: return bucketReply(WireReply(body: Data()))
        case .uploadFile: return try put(name, call)
        case .beginUpload: return begin(name, call)
        case .endUpload: return try complete(name, call)
        case .deleteFile: return try delete(name, call)
        case .getFile, .fileContent: return try read(name, call)
        case .listFiles: return listObjects(name, call)
        default: return unknown(call)
        }
    }

    private func checkBucket(_ bucket: String) throws(AWSRefusal) {
        guard let region = account.buckets[bucket] else {
            throw AWSRefusal(status: 404, code: "NoSuchBucket", message: "The specified bucket does not exist")
        }
        guard region == account.region else {
            throw AWSRefusal(
                status: 301, code: "PermanentRedirect",
                message: "The bucket you are attempting to access must be addressed using the specified endpoint.",
                region: region)
        }
    }

    private func bucketReply(_ reply: WireReply) -> WireReply {
        var reply = reply
        reply.headers.append(("x-amz-bucket-region", account.region))
        return reply
    }

    private func labels(_ call: IncomingCall) -> [String: String] {
        call.headers.filter { $0.key.hasPrefix("x-amz-meta-") }
    }

    private func put(_ name: String, _ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        let bytes = AWSChunks.body(of: call)
        var reply = WireReply(body: Data())
        guard let id = call.query["uploadId"] else {
            let object = ObjectStore.Object(bytes: bytes, labels: labels(call))
            storage[name] = object
            record(name, object)
            reply.headers.append(("etag", object.tag))
            return reply
        }
        guard storage.uploads[id]?.name == name, let number = Int(call.query["partNumber"] ?? ""),
            (1...10_000).contains(number)
        else { throw AWSRefusal(status: 404, code: "NoSuchUpload", message: "The specified upload does not exist.") }
        storage.uploads[id]?.parts[number] = bytes
        reply.headers.append(("etag", ObjectStore.Object(bytes: bytes).tag))
        return reply
    }

    private func begin(_ name: String, _ call: IncomingCall) -> WireReply {
        let id = storage.begin(name, labels: labels(call))
        let (bucket, key) = Self.split(name)
        return .xml(
            "<InitiateMultipartUploadResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>\(bucket)</Bucket>"
                + "<Key>\(AWSXML.escaped(key))</Key><UploadId>\(id)</UploadId></InitiateMultipartUploadResult>")
    }

    private func complete(_ name: String, _ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        let id = call.query["uploadId"] ?? ""
        guard let upload = storage.uploads[id], upload.name == name else {
            throw AWSRefusal(status: 404, code: "NoSuchUpload", message: "The specified upload does not exist.")
        }
        let text = String(decoding: call.body, as: UTF8.self)
        let named = text.matches(of: /<PartNumber>\s*(\d+)\s*<\/PartNumber>/).compactMap { Int($0.1) }
        guard !named.isEmpty, named == named.sorted(), named.allSatisfy({ upload.parts[$0] != nil }) else {
            throw AWSRefusal(code: "InvalidPart", message: "One or more of the specified parts could not be found.")
        }
        let parts = named.compactMap { upload.parts[$0] }
        guard parts.dropLast().allSatisfy({ $0.count >= Self.smallestPart }) else {
            throw AWSRefusal(
                code: "EntityTooSmall", message: "Your proposed upload is smaller than the minimum allowed size")
        }
        let object = ObjectStore.Object(bytes: parts.reduce(Data(), +), labels: upload.labels)
        storage[name] = object
        storage.uploads[id] = nil
        record(name, object)
        return .xml(
            "<CompleteMultipartUploadResult><ETag>\(AWSXML.escaped(object.tag))</ETag></CompleteMultipartUploadResult>")
    }

    private func delete(_ name: String, _ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        if let id = call.query["uploadId"] {
            guard storage.uploads.removeValue(forKey: id) != nil else {
                throw AWSRefusal(status: 404, code: "NoSuchUpload", message: "The specified upload does not exist.")
            }
        } else {
            storage[name] = nil
        }
        return WireReply(status: 204, body: Data())
    }

    private func read(_ name: String, _ call: IncomingCall) throws(AWSRefusal) -> WireReply {
        guard let object = storage[name] else { throw .noSuchKey(name) }
        var reply = WireReply(type: "application/octet-stream", body: object.bytes)
        let date = Date(timeIntervalSince1970: TimeInterval(object.madeAt))
        reply.headers += [("etag", object.tag), ("accept-ranges", "bytes"), ("last-modified", Self.httpDate(date))]
        reply.headers += object.labels.map { ($0.key, $0.value) }
        if let range = call.headers["range"]?.wholeMatch(of: /bytes=(\d+)-(\d*)/) {
            let start = Int(range.1) ?? 0
            guard start < object.bytes.count else {
                throw AWSRefusal(
                    status: 416, code: "InvalidRange", message: "The requested range is not satisfiable")
            }
            let end = min(Int(range.2) ?? .max, object.bytes.count - 1)
            reply.status = 206
            reply.headers.append(("content-range", "bytes \(start)-\(end)/\(object.bytes.count)"))
            reply.body = Data(object.bytes[start...end])
        }
        return reply
    }

    private func listObjects(_ bucket: String, _ call: IncomingCall) -> WireReply {
        let bucket = bucket.trimmingCharacters(in: ["/"])
        let after = call.query["continuation-token"] ?? call.query["start-after"] ?? ""
        let keys = storage.keys(in: bucket, prefix: call.query["prefix"] ?? "").filter { $0 > after }
        let page = keys.prefix(Int(call.query["max-keys"] ?? "") ?? 1000)
        let isEncoded = call.query["encoding-type"] == "url"
        let contents = page.map { key -> String in
            let shown = isEncoded ? key.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? key : key
            let object = storage["\(bucket)/\(key)"]
            return "<Contents><Key>\(AWSXML.escaped(shown))</Key><Size>\(object?.bytes.count ?? 0)</Size>"
                + "<LastModified>\(Self.time(object?.madeAt ?? 0))</LastModified>"
                + "<ETag>\(AWSXML.escaped(object?.tag ?? ""))</ETag><StorageClass>STANDARD</StorageClass></Contents>"
        }
        let hasMore = page.count < keys.count
        let next = hasMore ? "<NextContinuationToken>\(AWSXML.escaped(page.last ?? ""))</NextContinuationToken>" : ""
        return .xml(
            "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>\(bucket)</Name>"
                + "<KeyCount>\(page.count)</KeyCount><IsTruncated>\(hasMore)</IsTruncated>"
                + (isEncoded ? "<EncodingType>url</EncodingType>" : "") + next + contents.joined()
                + "</ListBucketResult>")
    }

    private func record(_ name: String, _ object: ObjectStore.Object) {
        ledger.recordUpload(
            LedgerUpload(
                fileID: "s3://\(name)", filename: String(name.split(separator: "/").last ?? ""), purpose: "batch",
                size: object.bytes.count, sha256: Fingerprint.sha256(object.bytes), expiresAfterSeconds: nil))
    }

    static func split(_ name: String) -> (bucket: String, key: String) {
        let halves = name.split(separator: "/", maxSplits: 1).map(String.init)
        return (halves.first ?? "", halves.count > 1 ? halves[1] : "")
    }

    static func time(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
    }

    private static func httpDate(_ date: Date) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.string(from: date)
    }
}
