import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Thrown when a connection was closed on purpose, so that nothing more is written to it.
struct ConnectionClosed: Error {}

/// Sends a reply: a small one in one piece, a large one in chunks as the client reads them.
struct ReplyWriter {
    private static let chunk = 256 * 1024

    private let reply: WireReply
    private let sequence: Int

    init(_ reply: WireReply, sequence: Int) {
        self.reply = reply
        self.sequence = sequence
    }

    /// The response for the server to send; `cutAfter` closes the connection after that many bytes of the body.
    func response(cutAfter: Int?, channel: any Channel) -> Response {
        let status = (200...599).contains(reply.status) ? reply.status : 500
        return Response(status: .init(code: status), headers: fields, body: body(cutAfter: cutAfter, channel: channel))
    }

    private var fields: HTTPFields {
        var fields = HTTPFields()
        for (name, value) in reply.headers where name.lowercased() != "content-length" {
            if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
        }
        if let requestID = HTTPField.Name("x-request-id") { fields[requestID] = "req_sim_\(sequence)" }
        return fields
    }

    private func body(cutAfter: Int?, channel: any Channel) -> ResponseBody {
        let bytes = reply.body
        if reply.hidesBody { return ResponseBody(contentLength: bytes.count) { try await $0.finish(nil) } }
        if cutAfter == nil && bytes.count <= Self.chunk { return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }
        let end = bytes.startIndex + min(bytes.count, max(0, cutAfter ?? bytes.count))
        return ResponseBody(contentLength: bytes.count) { writer in
            for start in stride(from: bytes.startIndex, to: end, by: Self.chunk) {
                try await writer.write(ByteBuffer(bytes: bytes[start..<min(end, start + Self.chunk)]))
            }
            if cutAfter != nil {
                try await channel.close()
                throw ConnectionClosed()
            }
            try await writer.finish(nil)
        }
    }
}
