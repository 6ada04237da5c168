import AsyncHTTPClient
import NIOCore
import Synchronization

/// The HTTP clients of the process, one per timeout in use.
///
/// They follow no redirects: a credential must not be sent to an origin that a server names. A connection that is idle for
/// the timeout is closed, whatever the total time limit of the call.
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
            // The runner bounds the concurrency.
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
