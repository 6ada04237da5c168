import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// The HTTP server for a responder.
struct SimulatorServer {
    /// The simulator could not start.
    struct DidNotStart: Error {}

    /// One event loop for all simulators, so that connections are accepted one at a time, in order of arrival.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    var responder: SimulatorResponder
    var port: Int

    /// Serves while `body` runs, which receives the port. Closes every connection afterwards.
    func run<R: Sendable>(_ body: (Int) async throws -> R) async throws -> R {
        let connections = OpenConnections()
        let (ports, portKnown) = AsyncThrowingStream<Int, any Error>.makeStream()
        let application = application(connections) { portKnown.yield($0) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await application.run()
                    portKnown.finish()
                } catch let error as IOError where error.errnoCode == EADDRINUSE {
                    portKnown.finish(throwing: ProviderSimulator.PortTaken(port: port))
                } catch {
                    portKnown.finish(throwing: error)
                }
            }
            defer {
                group.cancelAll()
                connections.closeAll()
            }
            var iterator = ports.makeAsyncIterator()
            guard let port = try await iterator.next() else { throw DidNotStart() }
            let result: Result<R, any Error>
            do { result = .success(try await body(port)) } catch { result = .failure(error) }
            await ShutdownBarrier.make(port: port)
            return try result.get()
        }
    }

    private func application(
        _ connections: OpenConnections, portKnown: @escaping @Sendable (Int) -> Void
    ) -> Application<SimulatorResponder> {
        var logger = Logger(label: "ProviderSimulator")
        logger.logLevel = .critical
        return Application(
            responder: responder,
            server: .http1(configuration: .init(additionalChannelHandlers: [ConnectionWatch(connections)])),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in
                if let port = channel.localAddress?.port { portKnown(port) }
            },
            eventLoopGroupProvider: .shared(Self.loops),
            logger: logger)
    }
}
