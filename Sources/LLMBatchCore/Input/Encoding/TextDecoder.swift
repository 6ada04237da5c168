/// Decodes a text file to UTF-8 chunk by chunk, wherever the chunks end, holding at most one chunk.
///
/// The output is valid UTF-8 without a byte order mark. Invalid bytes are refused with their line number, never
/// replaced.
package struct TextDecoder {
    /// Bytes that are not valid in the encoding.
    package struct Problem: Error {
        /// From 1.
        package let line: Int
        package let reason: String
    }

    package let encoding: TextEncoding
    private let table: [[UInt8]?]
    /// The start of a character that ends in the next chunk.
    private var held: [UInt8] = []
    private var line = 1
    private var endsInReturn = false
    private var isAtStart = true

    package init(_ encoding: TextEncoding) {
        self.encoding = encoding
        table = SingleByteTable.characters(of: encoding) ?? []
    }

    /// Decodes the next chunk.
    package mutating func text(of chunk: [UInt8]) throws(Problem) -> [UInt8] {
        var bytes = held.isEmpty ? chunk : held + chunk
        held = []
        if isAtStart {
            // The byte order mark may be split across chunks.
            if bytes.count < encoding.mark.count, encoding.mark.starts(with: bytes) { held = bytes; return [] }
            isAtStart = false
            if !encoding.mark.isEmpty, bytes.starts(with: encoding.mark) { bytes.removeFirst(encoding.mark.count) }
        }
        switch encoding {
        case .utf8: return try utf8(bytes)
        case .utf16LE, .utf16BE: return try utf16(bytes)
        default: return try singleBytes(bytes)
        }
    }

    /// - Throws: when the text ends in the middle of a character.
    package mutating func end() throws(Problem) {
        guard !held.isEmpty else { return }
        throw Problem(line: line, reason: "the file ends in the middle of a character")
    }

    // MARK: - Encodings

    private mutating func utf8(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            if byte < 0x80 {
                try count(byte)
                place += 1
                continue
            }
            let length = UTF8Sequence.length(bytes, at: place)
            if length == 0 { throw Problem(line: line, reason: "the row is not valid \(encoding.title)") }
            guard place + length <= bytes.count else { break }
            endsInReturn = false
            place += length
        }
        held = Array(bytes[place...])
        return place == bytes.count ? bytes : Array(bytes[..<place])
    }

    private mutating func singleBytes(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 8)
        for byte in bytes {
            if byte < 0x80 {
                try count(byte)
                text.append(byte)
            } else if let character = table[Int(byte) - 0x80] {
                endsInReturn = false
                text += character
            } else {
                throw Problem(
                    line: line, reason: "the byte 0x\(String(byte, radix: 16)) is not valid in \(encoding.title)")
            }
        }
        return text
    }

    private mutating func utf16(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        let (high, low) = encoding == .utf16BE ? (0, 1) : (1, 0)
        func unit(_ place: Int) -> UInt16 { UInt16(bytes[place + high]) << 8 | UInt16(bytes[place + low]) }
        var place = 0
        while place + 2 <= bytes.count {
            let first = unit(place)
            if first < 0x80 {
                try count(UInt8(first))
                text.append(UInt8(first))
            } else if UTF16.isLeadSurrogate(first) {
                guard place + 4 <= bytes.count else { break }
                let second = unit(place + 2)
                guard UTF16.isTrailSurrogate(second) else { throw halfPair }
                append(UInt32(first & 0x3FF) << 10 + UInt32(second & 0x3FF) + 0x10000, to: &text)
                place += 2
            } else {
                guard !UTF16.isTrailSurrogate(first) else { throw halfPair }
                append(UInt32(first), to: &text)
            }
            place += 2
        }
        held = Array(bytes[place...])
        return text
    }

    private mutating func append(_ value: UInt32, to text: inout [UInt8]) {
        endsInReturn = false
        if let scalar = Unicode.Scalar(value), let bytes = UTF8.encode(scalar) { text += bytes }
    }

    private var halfPair: Problem { Problem(line: line, reason: "half a surrogate pair is not \(encoding.title)") }

    /// Counts lines, which end with LF, CR or both.
    private mutating func count(_ byte: UInt8) throws(Problem) {
        switch byte {
        case 0x0A where endsInReturn: endsInReturn = false
        case 0x0A: line += 1
        case 0x0D:
            line += 1
            endsInReturn = true
        case 0:
            throw Problem(
                line: line, reason: "the line contains a NUL byte: the file is binary or in another encoding")
        default: endsInReturn = false
        }
    }
}

/// One character in UTF-8.
package enum UTF8Sequence {
    /// The length in bytes of the character that starts here, even if the text ends within it; 0 for an invalid start.
    package static func length(_ bytes: [UInt8], at place: Int) -> Int {
        let (length, second): (Int, ClosedRange<UInt8>) =
            switch bytes[place] {
            case 0x00...0x7F: (1, 0x80...0xBF)
            case 0xC2...0xDF: (2, 0x80...0xBF)
            case 0xE0: (3, 0xA0...0xBF)
            case 0xED: (3, 0x80...0x9F)
            case 0xE1...0xEF: (3, 0x80...0xBF)
            case 0xF0: (4, 0x90...0xBF)
            case 0xF1...0xF3: (4, 0x80...0xBF)
            case 0xF4: (4, 0x80...0x8F)
            default: (0, 0x80...0xBF)
            }
        for offset in stride(from: 1, to: length, by: 1) where place + offset < bytes.count {
            let allowed = offset == 1 ? second : 0x80...0xBF
            if !allowed.contains(bytes[place + offset]) { return 0 }
        }
        return length
    }
}
