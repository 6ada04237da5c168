import Hummingbird
import Logging
import NIOCore

/// The HTTP server around a responder.
struct SimulatorServer {
    /// Why a simulator could not start.
    struct DidNotStart: Error {}

    var responder: SimulatorResponder
    var port: Int

    /// Serves while `body` runs, telling it the port; afterwards every connection is closed.
    func run<R: Sendable>(_ body: (Int) async throws -> R) async throws -> R {
        let connections = OpenConnections()
        let (listeners, listening) = AsyncThrowingStream<any Channel, any Error>.makeStream()
        let application = application(connections) { listening.yield($0) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await application.run()
                    listening.finish()
                } catch {
                    listening.finish(throwing: error)
                }
            }
            defer { group.cancelAll() }
            var iterator = listeners.makeAsyncIterator()
            guard let listener = try await iterator.next(), let port = listener.localAddress?.port else {
                throw DidNotStart()
            }
            let result: Result<R, any Error>
            do { result = .success(try await body(port)) } catch { result = .failure(error) }
            // First nobody comes in any more: a connection that is taken in while the server is cancelled is dropped
            // half-made, which ends the process.
            try? await listener.close()
            connections.closeAll()
            group.addTask { try await Task.sleep(for: Self.longestFarewell) }
            _ = try? await group.next()
            return try result.get()
        }
    }

    /// How long calls under way may go on that notice neither the closed connection nor the end.
    private static let longestFarewell: Duration = .milliseconds(200)

    private func application(
        _ connections: OpenConnections, whenListening: @escaping @Sendable (any Channel) -> Void
    ) -> Application<SimulatorResponder> {
        var logger = Logger(label: "OpenAISimulator")
        logger.logLevel = .critical
        return Application(
            responder: responder,
            server: .http1(configuration: .init(additionalChannelHandlers: [ConnectionWatch(connections)])),
            configuration: .init(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { whenListening($0) },
            logger: logger)
    }
}
