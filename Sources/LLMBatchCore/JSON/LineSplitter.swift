import Foundation

/// Splits chunks of bytes into lines, wherever the chunks end, holding at most one line.
public struct LineSplitter: Sendable {
    /// A line without its line break (LF or CRLF), and its number from 1.
    public struct Line: Sendable {
        /// The number of the line in its file, from 1.
        public let number: Int
        /// The line; the beginning of one that is too long.
        public let bytes: [UInt8]
        /// True when the line exceeds the maximum length.
        public let isTooLong: Bool

        package init(number: Int, bytes: [UInt8], isTooLong: Bool) {
            self.number = number
            self.bytes = bytes
            self.isTooLong = isTooLong
        }
    }

    /// How much of a line that is too long is kept: enough to identify its request.
    package static let keptOfTooLong = 64 * 1024

    private let maximumLength: Int
    private var pending: [UInt8] = []
    private var length = 0
    private var skipped = 0
    private var number: Int
    /// The bytes of all complete lines, including line breaks.
    public private(set) var endedBytes = 0
    /// The number of the last complete line.
    public var endedLines: Int { number - 1 }

    /// Creates a splitter.
    ///
    /// - Parameters:
    ///   - maximumLength: the longest line, in bytes, that is kept whole.
    ///   - lines: the number of preceding lines, when reading resumes in the middle of a file.
    public init(maximumLength: Int, after lines: Int = 0) {
        self.maximumLength = maximumLength
        number = lines.addingClamped(1)
    }

    /// The lines that end in this chunk.
    public mutating func lines(in chunk: [UInt8]) -> [Line] {
        var lines: [Line] = []
        chunk.withUnsafeBufferPointer { bytes in
            var start = 0
            while let end = Self.lineBreak(in: bytes, from: start) {
                take(UnsafeBufferPointer(rebasing: bytes[start..<end]))
                lines.append(ended())
                start = end + 1
            }
            take(UnsafeBufferPointer(rebasing: bytes[start...]))
        }
        return lines
    }

    /// The last line, when it does not end with a line break.
    public mutating func rest() -> Line? {
        guard !pending.isEmpty || skipped > 0 else { return nil }
        return ended(breakBytes: 0)
    }

    private static func lineBreak(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, 0x0A, bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) {
        length += bytes.count
        if skipped == 0, pending.count + bytes.count <= maximumLength {
            pending.append(contentsOf: bytes)
            return
        }
        if skipped == 0, pending.count < Self.keptOfTooLong {
            pending.append(contentsOf: bytes.prefix(Self.keptOfTooLong - pending.count))
        }
        // A new array, so that the rest of the memory is freed.
        if pending.count > Self.keptOfTooLong { pending = Array(pending.prefix(Self.keptOfTooLong)) }
        skipped += bytes.count
    }

    private mutating func ended(breakBytes: Int = 1) -> Line {
        let tooLong = skipped > 0
        endedBytes += length + breakBytes
        length = 0
        if !tooLong, pending.last == 0x0D { pending.removeLast() }
        let line = Line(number: number, bytes: pending, isTooLong: tooLong)
        number = number.addingClamped(1)
        skipped = 0
        pending = []
        return line
    }
}
