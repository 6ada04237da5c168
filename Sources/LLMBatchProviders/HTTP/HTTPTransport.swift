import AsyncHTTPClient
import Foundation
import LLMBatchCore
import NIOCore
import NIOHTTP1
import Synchronization

/// Sends calls to one service: its origin only, no redirects, bounded in time and size, errors by kind.
struct HTTPTransport: Sendable {
    /// No answer but a result file may be larger.
    static let largestAnswer = 64 * 1024 * 1024

    let service: ServiceURL
    let key: APIKey?
    /// Further headers of every call (organization, project).
    var headers: [(String, String)] = []
    /// How long nothing may move, and how long a call may take that says nothing else.
    var timeout: Duration

    /// One call.
    struct Call {
        var method: HTTPMethod = .GET
        var path: [String]
        var query: [(String, String)] = []
        var body: Body = .none
        var headers: [(String, String)] = []
        /// How long the call may take in all, instead of the transport's time-out.
        var timeout: Duration?
    }

    enum Body {
        case none
        case json([UInt8])
        case multipart(MultipartBody)
    }

    /// A good answer.
    struct Reply {
        let status: Int
        let requestID: String?
        let body: [UInt8]
    }

    /// Sends a call and collects the answer.
    func send(_ call: Call) async throws(ProviderError) -> Reply {
        let response = try await execute(call)
        let body = try await collect(response)
        guard (200..<300).contains(response.status.code) else { throw failure(response, body) }
        return Reply(
            status: Int(response.status.code), requestID: response.headers.first(name: "x-request-id").map(redacted),
            body: key?.redacted(body) ?? body)
    }

    /// Sends a call and streams the answer from a byte on, a chunk at a time.
    ///
    /// A service that does not know ranges sends all of it, of which the beginning is passed over.
    ///
    /// - Throws: ``ProviderError`` for its own trouble; whatever `receive` throws.
    func stream(_ call: Call, from offset: Int = 0, _ receive: ([UInt8]) async throws -> Void) async throws {
        var call = call
        if offset > 0 { call.headers.append(("range", "bytes=\(offset)-")) }
        let response = try await execute(call)
        // Nothing is left of a file that was read to its end.
        if response.status == .rangeNotSatisfiable, offset > 0 { return }
        guard (200..<300).contains(response.status.code) else { throw failure(response, try await collect(response)) }
        var toSkip = response.status == .partialContent ? 0 : offset
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

    private func execute(_ call: Call) async throws(ProviderError) -> HTTPClientResponse {
        var request = HTTPClientRequest(url: service.path(call.path, query: call.query))
        request.method = call.method
        request.headers.add(name: "user-agent", value: "llmbatch")
        if let key { request.headers.add(name: "authorization", value: key.bearer) }
        for (name, value) in headers + call.headers { request.headers.add(name: name, value: value) }
        switch call.body {
        case .none: break
        case .json(let bytes):
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: bytes))
        case .multipart(let body):
            request.headers.add(name: "content-type", value: body.contentType)
            request.body = .stream(body, length: .known(Int64(body.length)))
        }
        let limit = call.timeout ?? timeout
        do {
            return try await SharedHTTPClient.client(idleTimeout: timeout).execute(
                request, timeout: .nanoseconds(limit.nanoseconds))
        } catch {
            throw ProviderError(transport: error)
        }
    }

    private func collect(_ response: HTTPClientResponse) async throws(ProviderError) -> [UInt8] {
        do {
            return Array(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
        } catch {
            throw ProviderError(transport: error)
        }
    }

    private func redacted(_ text: String) -> String {
        String(decoding: key?.redacted(Array(text.utf8)) ?? Array(text.utf8), as: UTF8.self)
    }

    private func failure(_ response: HTTPClientResponse, _ body: [UInt8]) -> ProviderError {
        ProviderError(status: Int(response.status.code), headers: response.headers, body: key?.redacted(body) ?? body)
    }
}

/// The HTTP clients of the process, one for each time-out in use.
///
/// They follow no redirect: a credential must not travel to an origin that a server names. A connection on which nothing
/// moves for the time-out is given up, however long the call as a whole may take.
enum SharedHTTPClient {
    private static let clients = Mutex<[Int64: HTTPClient]>([:])

    static func client(idleTimeout: Duration) -> HTTPClient {
        clients.withLock { clients in
            let timeout = max(1, idleTimeout.nanoseconds)
            if let client = clients[timeout] { return client }
            var configuration = HTTPClient.Configuration()
            configuration.redirectConfiguration = .disallow
            configuration.timeout = .init(
                connect: .seconds(15), read: .nanoseconds(timeout), write: .nanoseconds(timeout))
            // How many calls are under way is the runner's affair.
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
            configuration.connectionPool.retryConnectionEstablishment = false
            let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            clients[timeout] = client
            return client
        }
    }
}

extension Duration {
    var nanoseconds: Int64 {
        components.seconds.multipliedReportingOverflow(by: 1_000_000_000).partialValue + components.attoseconds
            / 1_000_000_000
    }
}
