import Foundation
import LLMBatchCore
import NIOHTTP1

/// An object of Cloud Storage, or a folder if its name ends with a slash: `gs://bucket/name`.
struct CloudObject: Sendable, Hashable {
    let bucket: String
    let name: String

    init(bucket: String, name: String) {
        self.bucket = bucket
        self.name = name
    }

    /// Reads `gs://bucket/name`; the scheme and the name are optional. Nil for anything else.
    init?(_ address: String) {
        let bare = address.hasPrefix("gs://") ? String(address.dropFirst(5)) : address
        let parts = bare.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let bucket = parts.first, (3...222).contains(bucket.utf8.count), bucket.utf8.allSatisfy(Self.isOfBucket)
        else { return nil }
        self.init(bucket: bucket, name: parts.count > 1 ? parts[1] : "")
    }

    /// Source: Cloud Storage documentation, "Bucket names".
    private static func isOfBucket(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }

    var address: String { "gs://\(bucket)/\(name)" }

    /// The same with a trailing slash, so that it is not a prefix of other names.
    var folder: CloudObject {
        CloudObject(bucket: bucket, name: name.isEmpty || name.hasSuffix("/") ? name : name + "/")
    }

    /// An object below this folder.
    func below(_ part: String) -> CloudObject { CloudObject(bucket: bucket, name: folder.name + part) }
}

/// The part of Cloud Storage's JSON API that batches need.
///
/// Source: discovery document of `storage` v1, and Cloud Storage documentation, "Resumable uploads".
struct CloudStorage: Sendable {
    static let standard = "https://storage.googleapis.com"
    let transport: HTTPTransport
    let pause: Duration

    /// An object in a listing.
    struct Entry: Sendable, Hashable {
        var name: String
        var size: Int
    }

    /// Uploads an input, streaming it.
    func upload(_ input: ProviderJobInput, to object: CloudObject) async throws(ProviderError) {
        let session = try await open(input, object)
        let upload = ResumableUpload(pause: pause) { (offset) throws(ProviderError) in
            try await send(input, from: offset, to: session)
        } ask: { () throws(ProviderError) in
            try await standing(of: session, total: input.digest.bytes)
        }
        let reply = try await upload.run()
        guard let size = try WireReading.object(reply).size("size") else { throw WireReading.unreadable }
        guard size == input.digest.bytes else {
            throw ProviderError(
                .unreadable, delivery: .unknown,
                message: "the bucket holds \(size) bytes of the input's \(input.digest.bytes)")
        }
    }

    /// The size of an object in bytes; nil when it does not exist.
    func size(of object: CloudObject) async throws(ProviderError) -> Int? {
        do throws(ProviderError) {
            return try WireReading.object(try await transport.send(.init(path: path(object)))).size("size")
        } catch {
            guard error.kind == .notFound else { throw error }
            return nil
        }
    }

    /// The objects of a folder and its subfolders, ordered by name.
    func objects(in folder: CloudObject) async throws(ProviderError) -> [Entry] {
        let list = GoogleListing(transport: transport).list(
            ["storage", "v1", "b", folder.bucket, "o"], query: [("prefix", folder.folder.name)], member: "items",
            of: "objects")
        let entries = try await list.search { object in
            object.string("name").map { Entry(name: $0, size: object.size("size") ?? 0) }
        }
        return try entries.complete().sorted { $0.name < $1.name }
    }

    /// The call that downloads an object.
    func download(_ object: CloudObject) -> HTTPTransport.Call {
        .init(path: path(object), query: [("alt", "media")], timeout: .longestTransfer)
    }

    private func path(_ object: CloudObject) -> [String] { ["storage", "v1", "b", object.bucket, "o", object.name] }

    private func open(_ input: ProviderJobInput, _ object: CloudObject) async throws(ProviderError)
        -> HTTPTransport.Target
    {
        let reply = try await transport.send(
            .init(
                method: .POST, path: ["upload", "storage", "v1", "b", object.bucket, "o"],
                query: [("uploadType", "resumable"), ("name", object.name)], body: .json(Array("{}".utf8)),
                headers: [
                    ("X-Upload-Content-Type", "application/jsonl"),
                    ("X-Upload-Content-Length", String(input.digest.bytes)),
                ]))
        return try transport.session(reply.headers.first(name: "location"))
    }

    private func send(
        _ input: ProviderJobInput, from offset: Int, to session: HTTPTransport.Target
    ) async throws(ProviderError) -> ResumableUpload.Standing {
        let total = input.digest.bytes
        let range = offset < total ? "bytes \(offset)-\(total - 1)/\(total)" : "bytes */\(total)"
        return standing(
            try await transport.send(
                .init(
                    method: .PUT, target: session,
                    body: .stream(FramedInput(input, type: "application/jsonl", from: offset)),
                    headers: [("Content-Range", range)], timeout: .longestTransfer, alsoGood: [308])))
    }

    private func standing(
        of session: HTTPTransport.Target, total: Int
    ) async throws(ProviderError) -> ResumableUpload.Standing {
        standing(
            try await transport.send(
                .init(
                    method: .PUT, target: session, body: .bytes([], type: "application/jsonl"),
                    headers: [("Content-Range", "bytes */\(total)")], alsoGood: [308])))
    }

    /// 308 means that the upload is incomplete, and names the last byte received.
    private func standing(_ reply: HTTPTransport.Reply) -> ResumableUpload.Standing {
        guard reply.status == 308 else { return .complete(reply) }
        guard let range = reply.headers.first(name: "range") else { return .holds(0) }
        guard range.hasPrefix("bytes=0-"), let last = Int(range.dropFirst(8)), last >= 0, last < .max else {
            return .unknown
        }
        return .holds(last + 1)
    }
}
