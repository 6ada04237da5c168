import LLMBatchCore
import NIOHTTP1

/// The Files API of a service: uploads, finding an earlier upload, waiting until it can be used.
struct OpenAIFiles: Sendable {
    let transport: HTTPTransport
    let dialect: OpenAIDialect
    /// The pause between two looks at a file that is being checked.
    let pause: Duration
    /// The lifetime of files in seconds, if set.
    let lifetime: Int?

    /// Uploads the input under a name that carries its token, and returns the file's id once it can be used.
    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        let id =
            switch dialect.upload {
            case .form: try await sendForm(input)
            case .signed: try await sendSigned(input)
            }
        try await waitUntilUsable(id)
        return id
    }

    /// The id of a file of this token and size, once it can be used.
    func find(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        let name = Self.name(token)
        // Lists that are not paged accept no parameters.
        let query = dialect.page == nil ? [] : [("purpose", dialect.purpose)]
        let list = OpenAIListing(transport: transport).list(["files"], query: query, limit: dialect.page, of: "files")
        let found = try await list.upload { file in
            file.string("filename") == name && file.size("bytes") == digest.bytes ? file.string("id") : nil
        }
        guard let id = found else { return nil }
        try await waitUntilUsable(id)
        return id
    }

    /// The call that downloads a file.
    func download(_ id: String) -> HTTPTransport.Call {
        var call = HTTPTransport.Call(path: ["files", id, "content"], timeout: .longestTransfer)
        call.isHandedOver = dialect.handsOver
        return call
    }

    private func sendForm(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        var expiry: [(String, String)] = []
        if let lifetime, let names = dialect.expiry {
            expiry = [(names.name("anchor"), "created_at"), (names.name("seconds"), String(lifetime))]
        }
        let reply: HTTPTransport.Reply
        do throws(ProviderError) {
            reply = try await send(input, expiry)
        } catch {
            // The field names vary between API surfaces; a file without expiration is better than none.
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
        _ input: ProviderJobInput, _ expiry: [(String, String)]
    ) async throws(ProviderError) -> HTTPTransport.Reply {
        let body = MultipartForm([("purpose", dialect.purpose)] + expiry, token: input.token)
            .file(input, name: Self.name(input.token), type: dialect.fileType)
        return try await transport.send(
            .init(method: .POST, path: ["files"], body: .stream(body), timeout: .longestTransfer))
    }

    /// Source: Together SDK, `lib/resources/files.py`.
    private func sendSigned(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        let form = MultipartForm(
            [
                ("purpose", dialect.purpose), ("file_name", Self.name(input.token)), ("file_type", "jsonl"),
                ("checksum", (input.digest.sha256 ?? []).hex),
            ], token: input.token)
        var begin = HTTPTransport.Call(method: .POST, path: ["files"], body: .bytes(form.bytes, type: form.type))
        begin.alsoGood = [302, 409]
        let reply = try await transport.send(begin)
        // The same bytes exist from an upload whose answer was lost.
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
                body: .stream(FramedInput(input, type: "application/octet-stream")), timeout: .longestTransfer))
        _ = try await transport.send(.init(method: .POST, path: ["files", id, "preprocess"]))
        return id
    }

    /// Waits while the file is being checked, which is rare and brief.
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
            try await ProviderError.pause(pause)
        }
        throw ProviderError(.timeout, delivery: .unknown, message: "the service has not finished checking the file")
    }

    private static func name(_ token: String) -> String { "llmbatch-\(token).jsonl" }
}

extension ProviderError {
    /// Whether a refusal names a field.
    fileprivate func names(_ field: String) -> Bool {
        message.contains(field) || body.flatMap { ByteSearch(Array(field.utf8)).firstRange(in: $0) } != nil
    }
}
