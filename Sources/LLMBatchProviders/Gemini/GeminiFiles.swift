import Foundation
import LLMBatchCore
import NIOHTTP1

/// The Files API: resumable uploads, and downloads.
///
/// Source: Gemini API reference, "Files", the resumable protocol with `X-Goog-Upload-Command`.
struct GeminiFiles: Sendable {
    let transport: HTTPTransport
    let version: String
    let pause: Duration

    /// Uploads the input under a name that carries its token, and returns the file's name once it can be used.
    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        let session = try await begin(input)
        let upload = ResumableUpload(pause: pause) { (offset) throws(ProviderError) in
            try await send(input, from: offset, to: session)
        } ask: { () throws(ProviderError) in
            try await standing(of: session)
        }
        let reply = try await upload.run()
        guard let file = try WireReading.object(reply).object("file") else { throw WireReading.unreadable }
        if let size = file.size("sizeBytes"), size != input.digest.bytes {
            throw ProviderError(
                .unreadable, delivery: .unknown,
                message: "the service holds \(size) bytes of the input's \(input.digest.bytes)")
        }
        return try await usable(file)
    }

    /// The name of a file of this token and size that can be used.
    func find(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        let list = GoogleListing(transport: transport).list(
            [version, "files"], query: [("pageSize", "100")], member: "files", of: "files")
        let found = try await list.upload { file in
            GoogleWire.token(inName: file.string("displayName")) == token && file.size("sizeBytes") == digest.bytes
                && file.string("state") != "FAILED" ? file : nil
        }
        guard let found else { return nil }
        return try await usable(found)
    }

    /// The call that downloads a file of results.
    func download(_ name: String, below prefix: [String] = []) -> HTTPTransport.Call {
        let path = prefix + [version] + GoogleWire.path(name, in: "files")
        return .init(target: .url(transport.service.path(path) + ":download?alt=media"), timeout: .longestTransfer)
    }

    private func begin(_ input: ProviderJobInput) async throws(ProviderError) -> HTTPTransport.Target {
        let body: JSONValue = ["file": ["displayName": .string(GoogleWire.namePrefix + input.token)]]
        let reply = try await transport.send(
            .init(
                method: .POST, path: ["upload", version, "files"], body: .json(body.json),
                headers: [
                    ("X-Goog-Upload-Protocol", "resumable"), ("X-Goog-Upload-Command", "start"),
                    ("X-Goog-Upload-Header-Content-Length", String(input.digest.bytes)),
                    ("X-Goog-Upload-Header-Content-Type", "application/jsonl"),
                ]))
        return try transport.session(reply.headers.first(name: "x-goog-upload-url"))
    }

    private func send(
        _ input: ProviderJobInput, from offset: Int, to session: HTTPTransport.Target
    ) async throws(ProviderError) -> ResumableUpload.Standing {
        .complete(
            try await transport.send(
                .init(
                    method: .POST, target: session,
                    body: .stream(FramedInput(input, type: "application/jsonl", from: offset)),
                    headers: [
                        ("X-Goog-Upload-Offset", String(offset)), ("X-Goog-Upload-Command", "upload, finalize"),
                    ], timeout: .longestTransfer)))
    }

    /// The state of an upload.
    private func standing(
        of session: HTTPTransport.Target
    ) async throws(ProviderError) -> ResumableUpload.Standing {
        let reply = try await transport.send(
            .init(method: .POST, target: session, headers: [("X-Goog-Upload-Command", "query")]))
        guard reply.headers.first(name: "x-goog-upload-status") == "active",
            let held = reply.headers.first(name: "x-goog-upload-size-received").flatMap({ WireNumber.size($0) })
        else { return .unknown }
        return .holds(held)
    }

    /// Waits while the file is being checked, which is rare and brief.
    private func usable(_ file: JSONObject) async throws(ProviderError) -> String {
        var file = file
        for _ in 0..<30 {
            guard let name = WireReading.filled(file.string("name")) else { throw WireReading.unreadable }
            switch file.string("state") ?? "ACTIVE" {
            case "PROCESSING":
                try await ProviderError.pause(pause)
                let reply = try await transport.send(.init(path: [version] + GoogleWire.path(name, in: "files")))
                file = try WireReading.object(reply)
            case "FAILED":
                let reason = file.object("error")?.string("message") ?? "no reason was given"
                throw ProviderError(
                    .providerInternal, delivery: .refused, message: "the service could not process the file: \(reason)")
            default: return name
            }
        }
        throw ProviderError(.timeout, delivery: .unknown, message: "the service has not finished checking the file")
    }
}
