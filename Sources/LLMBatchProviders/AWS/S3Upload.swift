import Crypto
import Foundation
package import LLMBatchCore
import NIOHTTP1

/// Uploads of inputs, in one piece or as a multipart upload. Either is atomic.
extension S3Bucket {
    /// Uploads an input under a key, which does not exist until the upload is complete.
    ///
    /// - Throws: the error of a part that failed after several tries. The upload is then aborted if the service can be
    ///   reached.
    package func upload(_ input: ProviderJobInput, to key: String) async throws(ProviderError) {
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

    /// Whether an earlier upload of this input exists.
    package func has(_ digest: ProviderJobDigest, at key: String) async throws(ProviderError) -> Bool {
        guard let head = try await head(key), head.size == digest.bytes else { return false }
        return head.sha256.map { $0 == digest.sha256?.hex } ?? true
    }

    private static let type = "application/jsonl"

    private func labels(_ input: ProviderJobInput) -> [(String, String)] {
        input.digest.sha256.map { [(Self.hashLabel, $0.hex)] } ?? []
    }

    private func put(_ input: ProviderJobInput, to key: String) async throws(ProviderError) {
        _ = try await transport.send(
            call(
                .PUT, key, body: .stream(FramedInput(input, type: Self.type)), headers: labels(input),
                timeout: .longestTransfer))
    }

    private func begin(_ input: ProviderJobInput, _ key: String) async throws(ProviderError) -> String {
        let headers = labels(input) + [("content-type", Self.type)]
        let reply = try await transport.send(call(.POST, key, query: [("uploads", "")], headers: headers))
        guard let id = XMLTree(reply.body)?.string("UploadId") else { throw WireReading.unreadable }
        return id
    }

    /// Sends the parts while the input is read, and returns their ETags.
    private func sendParts(
        of input: ProviderJobInput, to key: String, upload id: String
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
            // The chunks of a cancelled task end early, without an error.
            try Task.checkCancellation()
            if !part.isEmpty { tags.append(try await send(part, tags.count + 1, key, id)) }
        } catch {
            throw ProviderError(transport: error)
        }
        guard input.digest.sha256.map({ $0 == Array(hash.finalize()) }) ?? true else {
            throw ProviderError(
                .invalidRequest, delivery: .notSent, message: "the stored requests differ from the sealed input")
        }
        return tags
    }

    /// Sends one part with retries, which are safe: a part replaces an earlier one of its number.
    private func send(
        _ bytes: [UInt8], _ number: Int, _ key: String, _ id: String
    ) async throws(ProviderError) -> String {
        let query = [("partNumber", String(number)), ("uploadId", id)]
        var tries = 0
        while true {
            do throws(ProviderError) {
                let reply = try await transport.send(
                    call(.PUT, key, query: query, body: .bytes(bytes, type: Self.type), timeout: .longestTransfer))
                guard let tag = reply.headers.first(name: "etag") else { throw WireReading.unreadable }
                return tag
            } catch {
                tries += 1
                guard error.isTransient, tries < 4 else { throw error }
                try await ProviderError.pause(max(error.retryAfter ?? .zero, pause * (1 << (tries - 1))))
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
                timeout: .longestTransfer))
        // The service starts its answer early, so a 200 may contain an error.
        guard let tree = XMLTree(reply.body), tree.name != "Error" else {
            throw ProviderError(aws: 500, headers: reply.headers, body: reply.body)
        }
    }

    /// Abandoned parts are billed. A failure here must not hide the original error.
    private func abort(_ key: String, upload id: String) async {
        let transport = transport
        let call = call(.DELETE, key, query: [("uploadId", id)])
        await Task { _ = try? await transport.send(call) }.value
    }
}
