import LLMBatchCore
import Testing

@Suite("Scanning bytes eight at a time")
struct ByteScanTests {
    /// Bytes beside every limit that a scan tests for.
    private static let odd: [UInt8] = [
        0x00, 0x01, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x5B, 0x5C, 0x5D, 0x7F, 0x80, 0xA2, 0xDC, 0xFF,
    ]

    @Test("A scan stops where a look at each byte does, whatever the bytes around it")
    func likeOneByOne() {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = seed
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(random >> 33) % bound
        }
        for _ in 0..<20_000 {
            let bytes = (0..<next(40)).map { _ in
                next(8) == 0 ? Self.odd[next(Self.odd.count)] : UInt8(0x20 + next(0x60))
            }
            let start = next(bytes.count + 1)
            bytes.withUnsafeBufferPointer { buffer in
                let plain = bytes[start...].firstIndex { $0 == 0x22 || $0 == 0x5C || $0 < 0x20 } ?? bytes.count
                let ascii = bytes[start...].firstIndex { $0 >= 0x80 } ?? bytes.count
                #expect(buffer.endOfPlainText(from: start) == plain, "\(bytes) from \(start)")
                #expect(buffer.endOfASCII(from: start) == ascii, "\(bytes) from \(start)")
            }
        }
    }

    @Test(
        "Text is UTF-8 or is not, wherever its first byte beyond ASCII is",
        arguments: ["", "plain text, longer than a word", "01234567é", "0123456é"])
    func validity(_ text: String) {
        #expect(Array(text.utf8).isUTF8)
        // Half a character, and a byte that begins none.
        #expect(!(Array(text.utf8) + [0xC3]).isUTF8)
        #expect(!([0xFF] + Array(text.utf8)).isUTF8)
    }
}
