import AsyncHTTPClient
import NIOCore
import Synchronization

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
