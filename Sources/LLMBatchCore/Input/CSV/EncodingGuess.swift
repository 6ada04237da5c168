/// Which encoding a file has, by its beginning.
///
/// UTF-8 and UTF-16 can be recognised. The encodings of one byte a character cannot: any bytes are a text in each of them.
/// Only Windows-1252, by far the commonest, is ever taken without being named, and only where nothing speaks against it.
enum EncodingGuess {
    /// What was found.
    case known(TextEncoding)
    /// More than one encoding may be meant; why.
    case doubtful(String)
    /// A file that is not text; what it is.
    case notText(String)

    /// - Parameter isWhole: true when this is all of the file.
    init(_ bytes: [UInt8], isWhole: Bool) {
        if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
            self = .notText("UTF-32 text, which is not read: write it again as UTF-8")
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
        // What is UTF-8 in other places has a fault, which its line is refused for, and no other encoding.
        let isUTF8 = Self.isUTF8(bytes, isWhole: isWhole) || Self.hasSequence(bytes)
        self = isUTF8 ? .known(.utf8) : Self.singleBytes(bytes)
    }

    /// True when there is a character of UTF-8 of more than one byte.
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

    /// In UTF-16 the characters of ASCII, such as what separates cells and ends lines, have a NUL in one half.
    private static func withNULs(_ bytes: [UInt8]) -> EncodingGuess {
        var zeros = [0, 0]
        for (place, byte) in bytes.enumerated() where byte == 0 { zeros[place % 2] += 1 }
        let encoding = zeros[1] > zeros[0] ? TextEncoding.utf16LE : .utf16BE
        let (most, least) = (zeros.max() ?? 0, zeros.min() ?? 0)
        var decoder = TextDecoder(encoding)
        let isText = (try? decoder.text(of: bytes)) != nil
        // Some NULs may be a fault in a text of another encoding: nearly half of the characters must have one, in the same half.
        if isText, most * 5 >= bytes.count, least * 4 <= most { return .known(encoding) }
        return .notText(
            "bytes that are not text (NUL); say --encoding utf-16le or utf-16be if it is UTF-16 without a mark")
    }

    /// Words in Windows-1252 have single letters beyond ASCII, small ones after small ones, and no signs within.
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
                return .doubtful("the byte 0x\(String(value, radix: 16)) is no character of Windows-1252")
            }
            if signs.contains(value) && isLetter(place - 1) && isLetter(place + 1)
                || capitals.contains(value) && isSmall(place - 1)
            {
                return .doubtful("read as Windows-1252, a word has a sign or a capital letter in its middle")
            }
            let (before, after) = (byte(place - 1) >= 0x80, byte(place + 1) >= 0x80)
            if before && after || before && byte(place - 2) >= 0x80 || after && byte(place + 2) >= 0x80 { inRuns += 1 }
        }
        guard inRuns * 3 <= high else { return .doubtful("read as Windows-1252, it has no words") }
        return .known(.windows1252)
    }

    private static let undefined: Set<UInt8> = [0x81, 0x8D, 0x8F, 0x90, 0x9D]
    /// What stands within no word of Windows-1252, such as £ ¥ § ¹ ¾ „, and is a letter in other encodings.
    private static let signs = Set<UInt8>([
        0x82, 0x83, 0x84, 0x86, 0x87, 0x88, 0x89, 0x8B, 0x93, 0x94, 0x98, 0x99, 0x9B,
    ])
    .union(0xA1...0xA9).union([0xAB, 0xAC, 0xAE, 0xAF, 0xB0, 0xB1, 0xB3, 0xB6, 0xB8, 0xB9]).union(0xBB...0xBF)
    .union([0xD7, 0xF7])
    private static let capitals = Set<UInt8>([0x8A, 0x8C, 0x8E, 0x9F]).union(0xC0...0xD6).union(0xD8...0xDE)
}
