import Foundation
import LLMBatchCore

/// Finds and redacts a secret in the bytes of a service, verbatim or with JSON escapes.
///
/// Bytes without the secret, nearly all of them, are not copied.
package struct SecretSearch: Sendable {
    private let plain: ByteSearch
    /// True for the bytes of the secret that may be escaped.
    private let isPart: [Bool]

    private static let replacement = Array("[key]".utf8)
    private static let backslash = UInt8(ascii: "\\")

    /// Nil for a secret too short to search for: it could occur anywhere.
    package init?(_ secret: String) {
        let bytes = Array(secret.utf8)
        guard bytes.count >= 4 else { return nil }
        plain = ByteSearch(bytes)
        var isPart = [Bool](repeating: false, count: 256)
        for byte in bytes where byte < 0x80 { isPart[Int(byte)] = true }
        self.isPart = isPart
    }

    /// True when these bytes contain the secret.
    package func occurs(in bytes: [UInt8]) -> Bool { !ranges(in: bytes, most: 1).isEmpty }

    /// The bytes with `[key]` in place of the secret.
    package func redacted(_ bytes: [UInt8]) -> [UInt8] {
        let ranges = ranges(in: bytes, most: .max)
        guard !ranges.isEmpty else { return bytes }
        var clean: [UInt8] = []
        clean.reserveCapacity(bytes.count)
        var place = 0
        for range in ranges {
            clean += bytes[place..<range.lowerBound]
            clean += Self.replacement
            place = range.upperBound
        }
        return clean + bytes[place...]
    }

    private func ranges(in bytes: [UInt8], most: Int) -> [Range<Int>] {
        bytes.withUnsafeBufferPointer { bytes in
            hasEscapedPart(bytes) ? ranges(mayBeEscapedIn: bytes, most: most) : ranges(plainIn: bytes, most: most)
        }
    }

    private func ranges(plainIn bytes: UnsafeBufferPointer<UInt8>, most: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var place = 0
        while found.count < most, let start = plain.first(in: bytes, from: place) {
            let range = start..<(start + plain.run.count)
            place = isLetterOfEscape(start, in: bytes) ? start + 1 : range.upperBound
            if place == range.upperBound { found.append(range) }
        }
        return found
    }

    // MARK: - Escapes

    /// True when a byte of the secret occurs as an escape, so that the slow search is needed.
    private func hasEscapedPart(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        var place = 0
        while let found = memchr(base + place, Int32(Self.backslash), bytes.count - place) {
            place = UnsafeRawPointer(found) - UnsafeRawPointer(base) + 1
            guard place < bytes.count else { return false }
            switch bytes[place] {
            case UInt8(ascii: "u"):
                if let byte = escapedByte(at: place, in: bytes), isPart[Int(byte)] { return true }
            case UInt8(ascii: "/"), UInt8(ascii: "\""), Self.backslash:
                if isPart[Int(bytes[place])] { return true }
            default: break
            }
        }
        return false
    }

    private func ranges(mayBeEscapedIn bytes: UnsafeBufferPointer<UInt8>, most: Int) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var place = 0
        while place < bytes.count, found.count < most {
            guard let end = end(ofSecretAt: place, in: bytes), !isLetterOfEscape(place, in: bytes) else {
                place += 1
                continue
            }
            found.append(place..<end)
            place = end
        }
        return found
    }

    /// The end of the secret that begins here; nil if none does.
    private func end(ofSecretAt start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var place = start
        for byte in plain.run {
            guard place < bytes.count else { return nil }
            if bytes[place] == byte, byte != Self.backslash {
                place += 1
                continue
            }
            guard bytes[place] == Self.backslash, let end = end(ofEscaped: byte, at: place, in: bytes) else {
                return nil
            }
            place = end
        }
        return place
    }

    /// The end of a byte's escape, which has several backslashes in nested strings.
    private func end(ofEscaped byte: UInt8, at start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var place = start
        while place < bytes.count, bytes[place] == Self.backslash { place += 1 }
        if byte == Self.backslash { return place }
        guard place < bytes.count else { return nil }
        if bytes[place] == UInt8(ascii: "u"), escapedByte(at: place, in: bytes) == byte { return place + 5 }
        let isMark = byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\"")
        return isMark && bytes[place] == byte ? place + 1 : nil
    }

    /// The byte that `u00XX` names; nil for anything else.
    private func escapedByte(at place: Int, in bytes: UnsafeBufferPointer<UInt8>) -> UInt8? {
        guard place + 4 < bytes.count, bytes[place + 1] == UInt8(ascii: "0"), bytes[place + 2] == UInt8(ascii: "0"),
            let high = Self.digit(bytes[place + 3]), let low = Self.digit(bytes[place + 4])
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// True for the `n` of a `\n`, where a secret cannot begin: redacting it would leave half an escape.
    private func isLetterOfEscape(_ place: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard "bfnrtu".utf8.contains(bytes[place]) else { return false }
        var backslashes = 0
        while backslashes < place, bytes[place - backslashes - 1] == Self.backslash { backslashes += 1 }
        return backslashes % 2 == 1
    }
}
