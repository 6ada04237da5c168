import Crypto
import Foundation
import LLMBatchCore
import NIOCore

/// A form with one file that is streamed while it is sent; its length is known beforehand.
///
/// The bytes are hashed on their way. Should they differ from what was sealed, the form is broken off before its end, so
/// that no service takes it for complete.
struct MultipartBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private let input: JobInput
    private let preamble: [UInt8]
    private let epilogue: [UInt8]
    let contentType: String

    init(fields: [(String, String)], fileName: String, input: JobInput) {
        let boundary = "llmbatch-\(input.token)"
        var text = ""
        for (name, value) in fields {
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\n"
        text += "Content-Type: application/jsonl\r\n\r\n"
        self.input = input
        preamble = Array(text.utf8)
        epilogue = Array("\r\n--\(boundary)--\r\n".utf8)
        contentType = "multipart/form-data; boundary=\(boundary)"
    }

    var length: Int { preamble.count + input.digest.bytes + epilogue.count }

    func makeAsyncIterator() -> Iterator {
        Iterator(body: self, chunks: input.chunks().makeAsyncIterator())
    }

    struct Iterator: AsyncIteratorProtocol {
        let body: MultipartBody
        var chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator
        private var hash = SHA256()
        private var stage = Stage.preamble

        private enum Stage { case preamble, file, done }

        init(body: MultipartBody, chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator) {
            self.body = body
            self.chunks = chunks
        }

        mutating func next() async throws -> ByteBuffer? {
            switch stage {
            case .preamble:
                stage = .file
                return ByteBuffer(bytes: body.preamble)
            case .file:
                if let chunk = try await chunks.next() {
                    hash.update(data: chunk)
                    return ByteBuffer(bytes: chunk)
                }
                stage = .done
                guard let sealed = body.input.digest.sha256, Array(hash.finalize()) == sealed else {
                    throw ProviderError(
                        .invalidRequest, delivery: .notSent, message: "the stored requests differ from what was sealed")
                }
                return ByteBuffer(bytes: body.epilogue)
            case .done: return nil
            }
        }
    }
}
