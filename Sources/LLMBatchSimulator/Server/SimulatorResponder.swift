import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A call's context, with its connection.
struct SimulatorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.channel = source.channel
    }
}

/// How a call ends.
private enum Outcome {
    case reply(WireReply, cutAfter: Int? = nil)
    case close
    case hang

    /// A reply, or a closed connection when the script sends none.
    init(_ reply: WireReply?, cutAfter: Int? = nil) {
        self = reply.map { .reply($0, cutAfter: cutAfter) } ?? .close
    }
}

/// The wire: reads each call completely, records it in the ledger, and applies the script's troubles.
struct SimulatorResponder: HTTPResponder {
    let ledger: SimulatorLedger
    let scriptState: ScriptHolder
    let service: ServiceHost

    func respond(to request: Request, context: SimulatorContext) async throws -> Response {
        if request.head.path == ShutdownBarrier.path { return Response(status: .noContent) }
        let call = try await IncomingCall(request)
        let matched = service.match(call)
        let sequence = ledger.recordCall(call, route: matched?.name)
        switch await outcome(matched, call) {
        case .reply(let reply, let cutAfter):
            ledger.recordStatus(reply.status, call: sequence)
            return ReplyWriter(reply, sequence: sequence).response(cutAfter: cutAfter, channel: context.channel)
        case .close:
            try? await context.channel.close()
        case .hang:
            await waitForClose(of: context.channel)
        }
        throw ConnectionClosed()
    }

    private func outcome(_ matched: MatchedRoute?, _ call: IncomingCall) async -> Outcome {
        guard let matched else { return .reply(await service.unknown(call)) }
        guard let trouble = scriptState.change({ $0.trouble(on: matched.name) }) else {
            return Outcome(await perform(matched, call))
        }
        return await outcome(of: trouble, matched, call)
    }

    private func outcome(of trouble: Trouble.Kind, _ matched: MatchedRoute, _ call: IncomingCall) async -> Outcome {
        switch trouble {
        case .respond(let status, let headers, let body):
            return .reply(WireReply(status: status, headers: headers, body: body))
        case .actThenRespond(let status, let headers, let body):
            _ = await perform(matched, call)
            return .reply(WireReply(status: status, headers: headers, body: body))
        case .drop: return .close
        case .actThenDrop:
            _ = await perform(matched, call)
            return .close
        case .hang: return .hang
        case .actThenHang:
            _ = await perform(matched, call)
            return .hang
        case .shorten(let count):
            var reply = await perform(matched, call)
            if let body = reply?.body { reply?.body = Data(body.prefix(count)) }
            return Outcome(reply)
        case .truncate(let count): return Outcome(await perform(matched, call), cutAfter: count)
        case .delay(let duration):
            guard (try? await Task.sleep(for: duration)) != nil else { return .close }
            return Outcome(await perform(matched, call))
        case .redirect(let location): return .reply(WireReply(status: 307, headers: ["location": location], body: ""))
        }
    }

    /// Does the work of a call and returns the reply as the script changes it.
    private func perform(_ matched: MatchedRoute, _ call: IncomingCall) async -> WireReply? {
        guard var reply = await service.perform(matched, call) else { return nil }
        switch matched.name {
        case .cancelBatch where (400..<500).contains(reply.status):
            reply.status = scriptState.script.cancelRefusalStatus ?? reply.status
        case .listBatches, .listFiles: scriptState.change { OddList(call, matched.name).spoil(&reply, &$0) }
        case .getBatch where scriptState.script.lateFiles > 0: hideFiles(in: &reply, of: call.path)
        default: break
        }
        return reply
    }

    /// Removes the files from an ended batch, as often as the script says.
    private func hideFiles(in reply: inout WireReply, of batch: String) {
        let text = String(decoding: reply.body, as: UTF8.self)
        let nameless = text.replacing(
            /"(output_file_id|error_file_id|output_file|error_file|responsesFile)"\s*:\s*"[^"]*"/
        ) { "\"\($0.1)\":null" }
        guard nameless != text, scriptState.change({ $0.hidesFiles(of: batch) }) else { return }
        reply.body = Data(nameless.utf8)
    }

    private func waitForClose(of channel: any Channel) async {
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}

extension IncomingCall {
    /// Reads a request completely, whatever its size.
    init(_ request: Request) async throws {
        var headers: [String: String] = [:]
        for field in request.headers { headers[field.name.canonicalName] = field.value }
        headers["host"] = headers["host"] ?? request.head.authority
        let buffer = try await request.body.collect(upTo: .max)
        self.init(
            method: request.method.rawValue, target: request.head.path ?? "", headers: headers,
            body: Data(buffer.readableBytesView))
    }
}
