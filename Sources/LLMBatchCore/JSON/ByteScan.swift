/// Scans bytes eight at a time.
///
/// A word is tested with the usual arithmetic (Hacker's Delight, "find the first 0-byte"): the lowest byte that is
/// reported is always a right one.
extension UnsafeBufferPointer<UInt8> {
    /// The first position, from `start`, of a byte that does not stand for itself in a JSON string: a quote, a
    /// backslash or a control character; `count` when there is none.
    @inline(__always)
    package func endOfPlainText(from start: Int) -> Int {
        scan(
            from: start,
            word: { word in
                let quote = word ^ Self.repeated(UInt8(ascii: "\""))
                let slash = word ^ Self.repeated(UInt8(ascii: "\\"))
                return (quote &- Self.repeated(1)) & ~quote | (slash &- Self.repeated(1)) & ~slash
                    | (word &- Self.repeated(0x20)) & ~word
            }, byte: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 < 0x20 })
    }

    /// The first position, from `start`, of a byte beyond ASCII; `count` when there is none.
    @inline(__always)
    package func endOfASCII(from start: Int) -> Int { scan(from: start, word: { $0 }, byte: { $0 >= 0x80 }) }

    /// - Parameters:
    ///   - word: sets the top bit of each byte that is looked for.
    ///   - byte: the same question for one byte.
    @inline(__always)
    private func scan(from start: Int, word: (UInt64) -> UInt64, byte: (UInt8) -> Bool) -> Int {
        var place = start
        if let base = UnsafeRawPointer(baseAddress) {
            while place + 8 <= count {
                let found =
                    word(UInt64(littleEndian: (base + place).loadUnaligned(as: UInt64.self))) & Self.repeated(0x80)
                if found != 0 { return place + found.trailingZeroBitCount / 8 }
                place += 8
            }
        }
        while place < count, !byte(self[place]) { place += 1 }
        return place
    }

    private static func repeated(_ byte: UInt8) -> UInt64 { 0x0101_0101_0101_0101 &* UInt64(byte) }
}

extension [UInt8] {
    /// True for well-formed UTF-8. Text that is ASCII costs a fraction of any other.
    package var isUTF8: Bool {
        withUnsafeBufferPointer { bytes in
            let ascii = bytes.endOfASCII(from: 0)
            return ascii == bytes.count || String(validating: bytes[ascii...], as: UTF8.self) != nil
        }
    }
}
