import Foundation

/// Finds a sequence of bytes, at about the speed of reading memory.
///
/// Searches for the byte of the sequence that is rarest in JSON and prose, and compares the rest only there.
package struct ByteSearch: Sendable, Hashable {
    /// The sequence to find.
    package let run: [UInt8]
    private let rarest: Int

    package init(_ run: [UInt8]) {
        self.run = run
        rarest = run.indices.min { Self.commonness(run[$0]) < Self.commonness(run[$1]) } ?? 0
    }

    /// The first occurrence at or after a position; nil when there is none, and for an empty sequence.
    package func first(in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int? {
        let last = bytes.count - run.count
        guard let base = bytes.baseAddress, !run.isEmpty, start >= 0 else { return nil }
        return run.withUnsafeBufferPointer { run in
            guard let wanted = run.baseAddress else { return nil }
            var place = start
            while place <= last {
                let from = base + place + rarest
                guard let found = memchr(from, Int32(run[rarest]), last - place + 1) else { return nil }
                place += UnsafeRawPointer(found) - UnsafeRawPointer(from)
                if memcmp(base + place, wanted, run.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }

    /// The range of the first occurrence.
    package func firstRange(in bytes: [UInt8]) -> Range<Int>? {
        bytes.withUnsafeBufferPointer { first(in: $0) }.map { $0..<($0 + run.count) }
    }

    private static func commonness(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): 0
        case UInt8(ascii: "j"), UInt8(ascii: "q"), UInt8(ascii: "x"), UInt8(ascii: "z"): 1
        case UInt8(ascii: "b"), UInt8(ascii: "k"), UInt8(ascii: "v"), UInt8(ascii: "w"), UInt8(ascii: "y"): 2
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"): 3
        case UInt8(ascii: "0")...UInt8(ascii: "9"): 4
        default: 5
        }
    }
}
