import Crypto
import Foundation
import LLMBatchCore
import NIOCore

/// The input of a job with what a service wants around it, streamed while it is sent; its length is known beforehand.
///
/// The bytes are hashed on their way. Should they differ from what was sealed, the body is broken off before its end, so
/// that no service takes it for complete.
struct FramedInput: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// What stands between two lines of the input.
    enum Joint: Sendable {
        /// Every line ends with a line feed, as in a file.
        case lines
        /// A comma between two lines, as in an array of JSON.
        case commas
    }

    private let input: JobInput
    private let preamble: [UInt8]
    private let epilogue: [UInt8]
    private let joint: Joint
    private let offset: Int
    let contentType: String

    /// Makes one of its parts.
    init(_ input: JobInput, type: String, preamble: [UInt8] = [], joint: Joint = .lines, epilogue: [UInt8] = []) {
        self.input = input
        self.preamble = preamble
        self.epilogue = epilogue
        self.joint = joint
        offset = 0
        contentType = type
    }

    /// The rest of the input from a byte on, for a service that holds what is before it.
    init(_ input: JobInput, type: String, from offset: Int) {
        self.input = input
        preamble = []
        epilogue = []
        joint = .lines
        self.offset = Swift.min(offset, input.digest.bytes)
        contentType = type
    }

    /// A form with some fields and the input as its one file.
    static func form(
        _ fields: [(String, String)], fileName: String, fileType: String = "application/jsonl", _ input: JobInput
    ) -> FramedInput {
        let boundary = "llmbatch-\(input.token)"
        var text = ""
        for (name, value) in fields {
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(fileName)\"\r\n"
        text += "Content-Type: \(fileType)\r\n\r\n"
        return FramedInput(
            input, type: "multipart/form-data; boundary=\(boundary)", preamble: Array(text.utf8),
            epilogue: Array("\r\n--\(boundary)--\r\n".utf8))
    }

    var length: Int {
        // Without the line feed after the last line, commas are one fewer than lines.
        let body = joint == .commas ? Swift.max(0, input.digest.bytes - 1) : input.digest.bytes
        return preamble.count + body - offset + epilogue.count
    }

    /// SHA-256 of the whole body, where it is the input and nothing else.
    var sha256: [UInt8]? {
        preamble.isEmpty && epilogue.isEmpty && joint == .lines && offset == 0 ? input.digest.sha256 : nil
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(body: self, chunks: input.chunks().makeAsyncIterator())
    }

    struct Iterator: AsyncIteratorProtocol {
        let body: FramedInput
        var chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator
        private var hash = SHA256()
        private var stage = Stage.preamble
        private var owesComma = false
        private var toSkip: Int
        /// The chunk at hand goes out once the next one shows that it is not the last: the last goes out only after the
        /// hash of all was compared.
        private var held: [UInt8]?

        private enum Stage { case preamble, input, done }

        init(body: FramedInput, chunks: AsyncThrowingStream<[UInt8], any Error>.Iterator) {
            self.body = body
            self.chunks = chunks
            toSkip = body.offset
        }

        mutating func next() async throws -> ByteBuffer? {
            switch stage {
            case .preamble:
                stage = .input
                return ByteBuffer(bytes: body.preamble)
            case .input:
                while let chunk = try await chunks.next() {
                    hash.update(data: chunk)
                    let ready = held
                    held = joined(chunk)
                    if let ready { return ByteBuffer(bytes: ready) }
                }
                stage = .done
                guard let sealed = body.input.digest.sha256, Array(hash.finalize()) == sealed else {
                    throw ProviderError(
                        .invalidRequest, delivery: .notSent, message: "the stored requests differ from what was sealed")
                }
                return ByteBuffer(bytes: (held ?? []) + body.epilogue)
            case .done: return nil
            }
        }

        /// Chunks are whole lines, so a line feed stands nowhere but at the end of one.
        private mutating func joined(_ chunk: [UInt8]) -> [UInt8] {
            guard body.joint == .commas, !chunk.isEmpty else {
                let skipped = Swift.min(toSkip, chunk.count)
                toSkip -= skipped
                return skipped == 0 ? chunk : Array(chunk.dropFirst(skipped))
            }
            var bytes = owesComma ? [UInt8(ascii: ",")] : []
            bytes.reserveCapacity(chunk.count + 1)
            for byte in chunk.dropLast() { bytes.append(byte == 0x0A ? UInt8(ascii: ",") : byte) }
            owesComma = true
            return bytes
        }
    }
}
