import AsyncHTTPClient
import Crypto
import Foundation
import LLMBatchCore
import NIOCore
import NIOHTTP1

/// Sends calls to one service: only to its origin, without following redirects, bounded in time and size.
struct HTTPTransport: Sendable {
    /// The largest answer that is not a result file.
    static let largestAnswer = 64 * 1024 * 1024

    typealias FailureReader = @Sendable (_ status: Int, _ headers: HTTPHeaders, _ body: [UInt8]) -> ProviderError

    let service: ServiceURL
    let credential: any Credential
    /// Additional headers of every call (organization, project, version).
    var headers: [(String, String)] = []
    /// The query of every call below the service's address (a version).
    var query: [(String, String)] = []
    /// True where the service's address should end in a version.
    var wantsVersion = false
    /// The idle time limit, and the total time limit of a call that sets none.
    var timeout: Duration
    /// Reads an error response.
    var failure: FailureReader = {
        ProviderError(status: $0, headers: $1, body: $2)
    }

    /// Sends a call and collects the answer.
    func send(_ call: Call) async throws(ProviderError) -> Reply {
        let response = try await execute(call)
        let body = try await collect(response)
        guard (200..<300).contains(response.status.code) || call.alsoGood.contains(response.status.code) else {
            throw refusal(response, body, to: call)
        }
        return Reply(
            status: Int(response.status.code), requestID: response.headers.requestID.map { credential.redacted($0) },
            headers: response.headers, body: credential.redacted(body))
    }

    /// Sends a call and streams the answer from an offset, one chunk at a time.
    ///
    /// If the service ignores the range, the bytes before the offset are skipped.
    ///
    /// - Throws: ``ProviderError`` when the call fails; whatever `receive` throws.
    func stream(_ call: Call, from offset: Int = 0, _ receive: ([UInt8]) async throws -> Void) async throws {
        var call = call
        if offset > 0 { call.headers.append(("range", "bytes=\(offset)-")) }
        var response = try await executeHandedOver(call)
        // Either nothing is left after the offset (some services answer 416, others 400), or the file has changed. Reading
        // from the start shows which.
        if offset > 0, [.rangeNotSatisfiable, .badRequest].contains(response.status) {
            _ = try await collect(response)
            call.headers.removeLast()
            response = try await executeHandedOver(call)
        }
        guard (200..<300).contains(response.status.code) else {
            throw refusal(response, try await collect(response), to: call)
        }
        // Some services send the requested range with status 200.
        let isPart =
            response.status == .partialContent
            || response.headers.first(name: "content-range")?.hasPrefix("bytes \(offset)-") == true
        var toSkip = isPart ? 0 : offset
        var chunks = response.body.makeAsyncIterator()
        while true {
            let chunk: ByteBuffer?
            do { chunk = try await chunks.next() } catch { throw ProviderError(transport: error) }
            guard let chunk else { return }
            let skipped = min(toSkip, chunk.readableBytes)
            toSkip -= skipped
            if skipped < chunk.readableBytes { try await receive(Array(chunk.readableBytesView.dropFirst(skipped))) }
        }
    }

    /// Sends the call of a download and follows one redirect to a presigned URL, where that is allowed.
    private func executeHandedOver(_ call: Call) async throws(ProviderError) -> HTTPClientResponse {
        let response = try await execute(call)
        guard call.isHandedOver, let address = try handOver(response) else { return response }
        var call = call
        call.target = address
        return try await execute(call)
    }

    /// The target of a redirected download. No credential is sent there, and it must be encrypted.
    func handOver(_ response: HTTPClientResponse) throws(ProviderError) -> Target? {
        guard (300..<400).contains(response.status.code), let address = response.headers.first(name: "location") else {
            return nil
        }
        return try permitted(address)
    }

    /// A presigned URL from the service.
    func permitted(_ address: String) throws(ProviderError) -> Target {
        guard service.isOrigin(of: address) || address.lowercased().hasPrefix("https://") else {
            throw ProviderError(
                .network, delivery: .notSent, message: "the service returned a URL that is not secure")
        }
        return .permitted(address)
    }

    /// Sends a call, and again if the credential was refused and could be renewed. A call refused that way had no effect.
    private func execute(_ call: Call) async throws(ProviderError) -> HTTPClientResponse {
        var request = try request(call)
        let payload = attach(call.body, to: &request)
        if case .permitted = call.target { return try await execute(request, call) }
        var authorized = request
        try await credential.authorize(&authorized, payload: payload)
        let response = try await execute(authorized, call)
        guard response.status == .unauthorized, try await credential.renew(after: authorized) else { return response }
        _ = try await collect(response)
        try await credential.authorize(&request, payload: payload)
        return try await execute(request, call)
    }

    private func execute(_ request: HTTPClientRequest, _ call: Call) async throws(ProviderError) -> HTTPClientResponse {
        let limit = call.timeout ?? timeout
        let start = ContinuousClock.now
        do {
            let response = try await SharedHTTPClient.client(idleTimeout: timeout).execute(
                request, timeout: .nanoseconds(limit.nanoseconds))
            report(request, call, response, since: start)
            return response
        } catch {
            let error = ProviderError(transport: error)
            report(request, call, error: error, since: start)
            throw error
        }
    }

    private func request(_ call: Call) throws(ProviderError) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: try url(call))
        request.method = call.method
        request.headers.add(name: "user-agent", value: "llmbatch")
        for (name, value) in headers + call.headers { request.headers.replaceOrAdd(name: name, value: value) }
        return request
    }

    private func url(_ call: Call) throws(ProviderError) -> String {
        switch call.target {
        case .path(let parts): return service.path(parts, query: call.query + query)
        case .permitted(let text): return text
        case .url(let text):
            guard service.isOrigin(of: text) else {
                throw ProviderError(
                    .network, delivery: .notSent,
                    message: "the service returned a URL of another origin, and credentials are not sent there")
            }
            return text
        }
    }

    private func attach(_ body: Body, to request: inout HTTPClientRequest) -> PayloadHash {
        switch body {
        case .none: return .sha256(Array(SHA256.hash(data: [UInt8]())))
        case .json(let bytes): return attach(bytes, type: "application/json", to: &request)
        case .bytes(let bytes, let type): return attach(bytes, type: type, to: &request)
        case .stream(let input):
            request.headers.replaceOrAdd(name: "content-type", value: input.contentType)
            request.body = .stream(input, length: .known(Int64(input.length)))
            return input.sha256.map { .sha256($0) } ?? .unknown
        }
    }

    private func attach(_ bytes: [UInt8], type: String, to request: inout HTTPClientRequest) -> PayloadHash {
        request.headers.replaceOrAdd(name: "content-type", value: type)
        request.body = .bytes(ByteBuffer(bytes: bytes))
        return .sha256(Array(SHA256.hash(data: bytes)))
    }

    private func collect(_ response: HTTPClientResponse) async throws(ProviderError) -> [UInt8] {
        do {
            return Array(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
        } catch {
            throw ProviderError(transport: error)
        }
    }

    private func refusal(_ response: HTTPClientResponse, _ body: [UInt8], to call: Call) -> ProviderError {
        var error = failure(Int(response.status.code), response.headers, credential.redacted(body))
        if response.status == .payloadTooLarge {
            // Possibly from a proxy with a limit of its own.
            let sent = call.body.length
            error.code = error.code ?? ProviderError.tooLarge
            error.message +=
                "; \(sent) bytes were sent, which exceeds the limit of the service or of a proxy in front of it"
        }
        if response.status == .notFound, error.kind == .notFound, wantsVersion, service.isBare {
            error.message += "; the base URL has no path; services of this kind usually end in /v1"
        }
        return error
    }
}
