import Crypto
import Foundation
package import LLMBatchCore
import NIOHTTP1

/// Uploads of inputs: whole, or in parts that become an object at once, or nothing.
extension S3Bucket {
    /// Uploads an input under a key; nothing is there until all of it is.
    ///
    /// - Throws: whatever a part met that was sent a few times; the parts are then removed again, as far as the service can
    ///   be reached.
    package func upload(_ input: JobInput, to key: String) async throws(ProviderError) {
        guard input.digest.bytes > partSize else { return try await put(input, to: key) }
        let id = try await begin(input, key)
        do throws(ProviderError) {
            let tags = try await sendParts(of: input, to: key, upload: id)
            try await complete(key, upload: id, tags)
        } catch {
            await abort(key, upload: id)
            throw error
        }
    }

    /// Whether an earlier upload of this input is there.
    package func has(_ digest: JobInputDigest, at key: String) async throws(ProviderError) -> Bool {
        guard let head = try await head(key), head.size == digest.bytes else { return false }
        return head.sha256.map { $0 == digest.sha256.map { SigV4.hex($0) } } ?? true
    }

    private static let type = "application/jsonl"

    private func labels(_ input: JobInput) -> [(String, String)] {
        input.digest.sha256.map { [(Self.hashLabel, SigV4.hex($0))] } ?? []
    }

    private func put(_ input: JobInput, to key: String) async throws(ProviderError) {
        _ = try await transport.send(
            call(
                .PUT, key, body: .stream(FramedInput(input, type: Self.type)), headers: labels(input),
                timeout: Self.longestTransfer))
    }

    private func begin(_ input: JobInput, _ key: String) async throws(ProviderError) -> String {
        let headers = labels(input) + [("content-type", Self.type)]
        let reply = try await transport.send(call(.POST, key, query: [("uploads", "")], headers: headers))
        guard let id = XMLTree(reply.body)?.string("UploadId") else { throw WireReading.unreadable }
        return id
    }

    /// Sends part after part as the input is read, and returns what the service calls each.
    private func sendParts(
        of input: JobInput, to key: String, upload id: String
    ) async throws(ProviderError) -> [String] {
        var tags: [String] = []
        var hash = SHA256()
        var part: [UInt8] = []
        var chunks = input.chunks().makeAsyncIterator()
        do {
            while let chunk = try await chunks.next() {
                hash.update(data: chunk)
                part += chunk
                while part.count >= partSize {
                    tags.append(try await send(Array(part.prefix(partSize)), tags.count + 1, key, id))
                    part.removeFirst(partSize)
                }
            }
            if !part.isEmpty { tags.append(try await send(part, tags.count + 1, key, id)) }
        } catch {
            throw ProviderError(transport: error)
        }
        guard input.digest.sha256.map({ $0 == Array(hash.finalize()) }) ?? true else {
            throw ProviderError(
                .invalidRequest, delivery: .notSent, message: "the stored requests differ from what was sealed")
        }
        return tags
    }

    /// Sends one part, a few times if need be: a part that is sent twice is there once.
    private func send(
        _ bytes: [UInt8], _ number: Int, _ key: String, _ id: String
    ) async throws(ProviderError) -> String {
        let query = [("partNumber", String(number)), ("uploadId", id)]
        var tries = 0
        while true {
            do throws(ProviderError) {
                let reply = try await transport.send(
                    call(.PUT, key, query: query, body: .bytes(bytes, type: Self.type), timeout: Self.longestTransfer))
                guard let tag = reply.headers.first(name: "etag") else { throw WireReading.unreadable }
                return tag
            } catch {
                tries += 1
                guard error.passes, tries < 4 else { throw error }
                do { try await Task.sleep(for: max(error.retryAfter ?? .zero, pause * (1 << (tries - 1)))) } catch {
                    throw ProviderError(.cancelled, delivery: .unknown, message: "the call was cancelled")
                }
            }
        }
    }

    private func complete(_ key: String, upload id: String, _ tags: [String]) async throws(ProviderError) {
        let parts = tags.enumerated().map { index, tag in
            "<Part><ETag>\(tag.replacing("&", with: "&amp;"))</ETag><PartNumber>\(index + 1)</PartNumber></Part>"
        }
        let body =
            #"<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"# + parts.joined()
            + "</CompleteMultipartUpload>"
        let reply = try await transport.send(
            call(
                .POST, key, query: [("uploadId", id)], body: .bytes(Array(body.utf8), type: "application/xml"),
                timeout: Self.longestTransfer))
        // The service begins to answer before it knows: a success may hold an error.
        guard let tree = XMLTree(reply.body), tree.name != "Error" else {
            throw ProviderError(aws: 500, headers: reply.headers, body: reply.body)
        }
    }

    /// Parts that are left lying are paid for; that this is not possible must not hide what went wrong before.
    private func abort(_ key: String, upload id: String) async {
        let transport = transport
        let call = call(.DELETE, key, query: [("uploadId", id)])
        await Task { _ = try? await transport.send(call) }.value
    }
}
