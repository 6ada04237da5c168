/// The likely encoding of a file, judged by its beginning.
///
/// UTF-8 and UTF-16 can be recognised. Single-byte encodings cannot: any bytes are valid text in each of them. Only
/// Windows-1252, by far the most common, is ever assumed without being named, and only when nothing contradicts it.
package enum EncodingGuess {
    /// The encoding.
    case known(TextEncoding)
    /// More than one encoding is possible; the reason.
    case doubtful(String)
    /// The file is not text; what it contains instead.
    case notText(String)

    /// - Parameter isWhole: true when the bytes are the complete file.
    package init(_ bytes: [UInt8], isWhole: Bool) {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            self = .notText("UTF-32 text, which is not supported: save it as UTF-8")
            return
        }
        for encoding in [TextEncoding.utf8, .utf16LE, .utf16BE] where bytes.starts(with: encoding.mark) {
            self = .known(encoding)
            return
        }
        if bytes.contains(0) {
            self = Self.withNULs(bytes)
            return
        }
        // A file that is UTF-8 elsewhere has a damaged line, which is refused, and is not in another encoding.
        let isUTF8 = Self.isUTF8(bytes, isWhole: isWhole) || Self.hasSequence(bytes)
        self = isUTF8 ? .known(.utf8) : Self.singleBytes(bytes)
    }

    /// True when the text contains a multi-byte UTF-8 character.
    private static func hasSequence(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { place in
            guard bytes[place] >= 0xC2 else { return false }
            let length = UTF8Sequence.length(bytes, at: place)
            return length > 1 && place + length <= bytes.count
        }
    }

    private static func isUTF8(_ bytes: [UInt8], isWhole: Bool) -> Bool {
        var decoder = TextDecoder(.utf8)
        guard (try? decoder.text(of: bytes)) != nil else { return false }
        return !isWhole || (try? decoder.end()) != nil
    }

    /// In UTF-16, ASCII characters such as delimiters and line ends have a NUL in one half.
    private static func withNULs(_ bytes: [UInt8]) -> EncodingGuess {
        var zeros = [0, 0]
        for (place, byte) in bytes.enumerated() where byte == 0 { zeros[place % 2] += 1 }
        let encoding = zeros[1] > zeros[0] ? TextEncoding.utf16LE : .utf16BE
        let (most, least) = (zeros.max() ?? 0, zeros.min() ?? 0)
        var decoder = TextDecoder(encoding)
        let isText = (try? decoder.text(of: bytes)) != nil
        // A few NULs may be damage in another encoding: nearly half of the characters must have one, in the same half.
        if isText, most * 5 >= bytes.count, least * 4 <= most { return .known(encoding) }
        return .notText(
            "bytes that are not text (NUL); if it is UTF-16 without a mark, name the encoding: utf-16le or utf-16be")
    }

    /// Windows-1252 words contain single non-ASCII letters, lower case after lower case, and no symbols.
    private static func singleBytes(_ bytes: [UInt8]) -> EncodingGuess {
        func byte(_ place: Int) -> UInt8 { bytes.indices.contains(place) ? bytes[place] : 0 }
        func isLetter(_ place: Int) -> Bool {
            let value = byte(place)
            return UInt8(ascii: "a")...UInt8(ascii: "z") ~= value | 0x20
                || value >= 0xC0 && value != 0xD7 && value != 0xF7
                || [0x8A, 0x8C, 0x8E, 0x9A, 0x9C, 0x9E, 0x9F].contains(value)
        }
        func isSmall(_ place: Int) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte(place) }
        var (high, inRuns) = (0, 0)
        for (place, value) in bytes.enumerated() where value >= 0x80 {
            high += 1
            if undefined.contains(value) {
                return .doubtful("the byte 0x\(String(value, radix: 16)) is not a character in Windows-1252")
            }
            if signs.contains(value) && isLetter(place - 1) && isLetter(place + 1)
                || capitals.contains(value) && isSmall(place - 1)
            {
                return .doubtful("read as Windows-1252, a word has a symbol or a capital letter in the middle")
            }
            let (before, after) = (byte(place - 1) >= 0x80, byte(place + 1) >= 0x80)
            if before && after || before && byte(place - 2) >= 0x80 || after && byte(place + 2) >= 0x80 { inRuns += 1 }
        }
        guard inRuns * 3 <= high else { return .doubtful("read as Windows-1252, it contains no words") }
        return .known(.windows1252)
    }

    private static let undefined: Set<UInt8> = [0x81, 0x8D, 0x8F, 0x90, 0x9D]
    /// Characters that appear inside no Windows-1252 word, such as £ ¥ § ¹ ¾ „, but are letters in other encodings.
    private static let signs = Set<UInt8>([
        0x82, 0x83, 0x84, 0x86, 0x87, 0x88, 0x89, 0x8B, 0x93, 0x94, 0x98, 0x99, 0x9B,
    ])
    .union(0xA1...0xA9).union([0xAB, 0xAC, 0xAE, 0xAF, 0xB0, 0xB1, 0xB3, 0xB6, 0xB8, 0xB9]).union(0xBB...0xBF)
    .union([0xD7, 0xF7])
    private static let capitals = Set<UInt8>([0x8A, 0x8C, 0x8E, 0x9F]).union(0xC0...0xD6).union(0xD8...0xDE)
}
