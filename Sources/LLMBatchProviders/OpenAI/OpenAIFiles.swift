import LLMBatchCore
import NIOHTTP1

/// The Files API of a service: uploads, the search for one, the wait until it can be used.
struct OpenAIFiles: Sendable {
    let transport: HTTPTransport
    let dialect: OpenAIDialect
    /// Before a file is looked at again that is still being checked.
    let pause: Duration
    /// After how many seconds files are to be deleted, where the user says so.
    let lifetime: Int?

    /// The most that the upload or download of a file may take in all; one that stands still is given up much sooner.
    static let longestTransfer: Duration = .seconds(4 * 3600)

    /// Uploads the input under a name that carries its token, and returns the file's id once it can be used.
    func upload(_ input: JobInput) async throws(ProviderError) -> String {
        let id =
            switch dialect.upload {
            case .form: try await sendForm(input)
            case .signed: try await sendSigned(input)
            }
        try await waitUntilUsable(id)
        return id
    }

    /// The id of a file of this token and size, once it can be used.
    func find(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        let name = Self.name(token)
        // Where lists are whole, they take no parameters.
        let query = dialect.page == nil ? [] : [("purpose", dialect.purpose)]
        let list = OpenAIListing(transport: transport).list(["files"], query: query, limit: dialect.page, of: "files")
        let found = try await list.upload { file in
            file.string("filename") == name && file.size("bytes") == digest.bytes ? file.string("id") : nil
        }
        guard let id = found else { return nil }
        try await waitUntilUsable(id)
        return id
    }

    /// Streams a file from a byte on.
    func download(_ id: String, from offset: Int, _ receive: ([UInt8]) async throws -> Void) async throws {
        var call = HTTPTransport.Call(path: ["files", id, "content"], timeout: Self.longestTransfer)
        call.isHandedOver = dialect.handsOver
        try await transport.stream(call, from: offset, receive)
    }

    private func sendForm(_ input: JobInput) async throws(ProviderError) -> String {
        var expiry: [(String, String)] = []
        if let lifetime, let names = dialect.expiry {
            expiry = [(names.name("anchor"), "created_at"), (names.name("seconds"), String(lifetime))]
        }
        let reply: HTTPTransport.Reply
        do throws(ProviderError) {
            reply = try await send(input, expiry)
        } catch {
            // The fields have other names from one surface to the next; a file that is kept is better than none.
            guard !expiry.isEmpty, error.statusCode == 400, error.names("expires_after") else { throw error }
            reply = try await send(input, [])
        }
        let object = try? JSONObject(reply.body)
        // Some services wrap the object.
        guard let id = object?.string("id") ?? object?.object("data")?.string("id") else {
            throw WireReading.unreadable
        }
        return id
    }

    private func send(
        _ input: JobInput, _ expiry: [(String, String)]
    ) async throws(ProviderError) -> HTTPTransport.Reply {
        let body = FramedInput.form(
            [("purpose", dialect.purpose)] + expiry, fileName: Self.name(input.token), fileType: dialect.fileType,
            input)
        return try await transport.send(
            .init(method: .POST, path: ["files"], body: .stream(body), timeout: Self.longestTransfer))
    }

    /// Source: Together SDK, `lib/resources/files.py`.
    private func sendSigned(_ input: JobInput) async throws(ProviderError) -> String {
        let checksum = (input.digest.sha256 ?? []).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let form = FormFields(
            [
                ("purpose", dialect.purpose), ("file_name", Self.name(input.token)), ("file_type", "jsonl"),
                ("checksum", checksum),
            ], boundary: "llmbatch-\(input.token)")
        var begin = HTTPTransport.Call(method: .POST, path: ["files"], body: .bytes(form.bytes, type: form.type))
        begin.alsoGood = [302, 409]
        let reply = try await transport.send(begin)
        // The same bytes are there already, from an upload whose answer was lost.
        if reply.status == 409 {
            guard let id = (try? JSONObject(reply.body))?.string("file_id") else { throw WireReading.unreadable }
            return id
        }
        guard let id = reply.headers.first(name: "x-together-file-id"),
            let address = reply.headers.first(name: "location")
        else { throw WireReading.unreadable }
        _ = try await transport.send(
            .init(
                method: .PUT, target: try transport.permitted(address),
                body: .stream(FramedInput(input, type: "application/octet-stream")), timeout: Self.longestTransfer))
        _ = try await transport.send(.init(method: .POST, path: ["files", id, "preprocess"]))
        return id
    }

    /// Waits for a file that is still being checked; they rarely are, and shortly.
    private func waitUntilUsable(_ id: String) async throws(ProviderError) {
        guard let state = dialect.fileState else { return }
        for _ in 0..<60 {
            let reply = try await transport.send(.init(path: ["files", id]))
            guard let file = try? JSONObject(reply.body) else { throw WireReading.unreadable }
            let word = (file.string(state.member) ?? "").lowercased()
            if state.refused.contains(word) {
                let reason =
                    WireReading.filled(file.string("status_details"))
                    ?? file.object("validation_report")?.string("error") ?? "no reason was given"
                throw ProviderError(
                    .invalidRequest, delivery: .refused, message: "the service refused the file: \(reason)")
            }
            guard state.waiting.contains(word) else { return }
            do { try await Task.sleep(for: pause) } catch {
                throw ProviderError(.cancelled, delivery: .unknown, message: "the call was cancelled")
            }
        }
        throw ProviderError(.timeout, delivery: .unknown, message: "the service is not done checking the file")
    }

    private static func name(_ token: String) -> String { "llmbatch-\(token).jsonl" }
}

extension ProviderError {
    /// Whether a refusal names a field.
    fileprivate func names(_ field: String) -> Bool {
        message.contains(field) || body.flatMap { ByteSearch(Array(field.utf8)).firstRange(in: $0) } != nil
    }
}

/// A form of fields without a file.
struct FormFields {
    let bytes: [UInt8]
    let type: String

    init(_ fields: [(String, String)], boundary: String) {
        var text = ""
        for (name, value) in fields {
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        bytes = Array((text + "--\(boundary)--\r\n").utf8)
        type = "multipart/form-data; boundary=\(boundary)"
    }
}
