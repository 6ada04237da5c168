import Crypto
import Foundation
import LLMBatchCore
import NIOCore

/// The input of a job inside the frame a service needs, streamed while it is sent. Its length is known in advance.
///
/// The bytes are hashed while they are sent. If they differ from the sealed input, the body is cut off before its end, so
/// that the service cannot take it for complete.
struct FramedInput: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    /// The separator between two lines of the input.
    enum Joint: Sendable {
        /// Every line ends with a line feed, as in a file.
        case lines
        /// A comma between two lines, as in a JSON array.
        case commas
    }

    private let input: ProviderJobInput
    private let preamble: [UInt8]
    private let epilogue: [UInt8]
    private let joint: Joint
    private let offset: Int
    let contentType: String

    init(_ input: ProviderJobInput, type: String, preamble: [UInt8] = [], joint: Joint = .lines, epilogue: [UInt8] = [])
    {
        self.input = input
        self.preamble = preamble
        self.epilogue = epilogue
        self.joint = joint
        offset = 0
        contentType = type
    }

    /// The rest of the input from an offset, for a service that holds the bytes before it.
    init(_ input: ProviderJobInput, type: String, from offset: Int) {
        self.input = input
        preamble = []
        epilogue = []
        joint = .lines
        self.offset = Swift.min(offset, input.digest.bytes)
        contentType = type
    }

    var length: Int {
        // The last line has no separator after it.
        let body = joint == .commas ? Swift.max(0, input.digest.bytes - 1) : input.digest.bytes
        return preamble.count + body - offset + epilogue.count
    }

    /// SHA-256 of the whole body, if it is the input without a frame.
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
        /// A chunk is held back until the next one arrives: the last chunk is sent only after the hash was verified.
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
                // The chunks of a cancelled task end early, without an error.
                try Task.checkCancellation()
                guard let sealed = body.input.digest.sha256, Array(hash.finalize()) == sealed else {
                    throw ProviderError(
                        .invalidRequest, delivery: .notSent, message: "the stored requests differ from the sealed input"
                    )
                }
                return ByteBuffer(bytes: (held ?? []) + body.epilogue)
            case .done: return nil
            }
        }

        /// Chunks are whole lines, so every line feed ends a line.
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
