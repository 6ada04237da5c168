import NIOCore
import NIOPosix

/// The last call to a simulator, its own: once it is answered, every connection that came before has been taken in.
///
/// A connection that is still on its way in when the server is cancelled is dropped half-made, which ends the process.
enum ShutdownBarrier {
    /// A path that no service has; the call is not in the ledger.
    static let path = "/-/last-call"

    /// Makes the call and waits for its answer, or for the end of the connection.
    static func make(port: Int) async {
        let group = MultiThreadedEventLoopGroup.singleton
        let answered = group.any().makePromise(of: Void.self)
        do {
            let channel = try await ClientBootstrap(group: group)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(FirstAnswer(answered))
                    }
                }
                .connect(host: "127.0.0.1", port: port).get()
            let request = "GET \(path) HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
            try await channel.writeAndFlush(ByteBuffer(string: request))
            try await answered.futureResult.get()
            try? await channel.close()
        } catch {
            // Nobody answers any more: then nothing is on its way in either.
            answered.succeed()
        }
    }

    /// Tells of the first bytes that come, or that none will.
    private final class FirstAnswer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let answered: EventLoopPromise<Void>

        init(_ answered: EventLoopPromise<Void>) { self.answered = answered }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { answered.succeed() }

        func channelInactive(context: ChannelHandlerContext) {
            answered.succeed()
            context.fireChannelInactive()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
