import NIOCore
import NIOPosix

/// A last call that the simulator makes to itself. Once it is answered, every earlier connection has been accepted.
///
/// The process would crash if the server were cancelled while a connection was still being accepted.
enum ShutdownBarrier {
    /// A path that no service has. The call is not recorded in the ledger.
    static let path = "/-/last-call"

    /// Makes the call and waits for the response, or for the connection to close.
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
            // The server no longer responds, so no connection is being accepted either.
            answered.succeed()
        }
    }

    /// Completes with the first bytes received, or when the connection closes.
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
