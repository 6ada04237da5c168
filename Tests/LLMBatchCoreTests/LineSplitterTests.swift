import Testing

import LLMBatchCore

@Suite("Line splitting")
struct LineSplitterTests {
    private func split(_ text: String, chunk: Int, maximum: Int = 1000) -> [String] {
        var splitter = LineSplitter(maximumLength: maximum)
        var lines: [LineSplitter.Line] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            lines += splitter.lines(in: Array(bytes[start..<min(start + chunk, bytes.count)]))
        }
        if let rest = splitter.rest() { lines.append(rest) }
        return lines.map { "\($0.number)\($0.isTooLong ? "!" : ":")\(String(decoding: $0.bytes, as: UTF8.self))" }
    }

    @Test("Lines are the same for every division into chunks", arguments: 1...12)
    func chunks(size: Int) {
        #expect(split("ab\r\n\nc\r\nd\re", chunk: size) == ["1:ab", "2:", "3:c", "4:d\re"])
        #expect(split("a\n", chunk: size) == ["1:a"])
        #expect(split("", chunk: size) == [])
        #expect(split("\n\n", chunk: size) == ["1:", "2:"])
    }

    @Test("The longest result line can contain the longest request and an answer")
    func longest() { #expect(LineLimits.result >= LineLimits.request + (16 << 20)) }

    @Test("A line over the limit is reported, and the next one is whole", arguments: 1...12)
    func tooLong(size: Int) {
        #expect(split("abc\nabcdefgh\nxyz", chunk: size, maximum: 5).map { $0.prefix(4) } == ["1:ab", "2!ab", "3:xy"])
    }
}
