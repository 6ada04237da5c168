import LLMBatchCore
import Testing

/// What a provider outside this package reads results with.
@Suite("Reading results with the public names")
struct ResultReadingTests {
    @Test("Chunks are cut into lines, and each line is read on its own")
    func canonical() {
        let file = #"""
            {"custom_id":"a","response":{"status_code":200,"body":{"choices":[{"message":{"content":"hi"}}]}},"error":null}
            not JSON
            {"custom_id":"c"
            """#
        var splitter = LineSplitter(maximumLength: 1000, after: 4)
        let bytes = Array(file.utf8)
        var lines = splitter.lines(in: Array(bytes.prefix(20))) + splitter.lines(in: Array(bytes.dropFirst(20)))
        #expect(splitter.endedLines == 6)
        lines += [splitter.rest()].compactMap(\.self)
        let read = lines.map { line in
            ReceivedLine.canonical(
                line.bytes, source: ResultSource(file: "output", line: line.number), endpoint: .chatCompletions)
        }
        guard read.count == 3, case .result(let answer) = read[0], case .unreadable = read[1],
            case .unreadable(let source, _, _, let id, _) = read[2]
        else {
            Issue.record("\(read)")
            return
        }
        #expect(answer.customID == "a" && answer.outcome == .succeeded)
        #expect(answer.source == ResultSource(file: "output", line: 5))
        #expect(id == "c" && source.line == 7)
    }

    @Test("A translated answer keeps the line as received, and an empty one is no success")
    func translated() {
        func result(_ body: String) -> IncomingResult {
            .translated(
                RealtimeAnswer(statusCode: 200, requestID: nil, body: Array(body.utf8)), from: Array("{own}".utf8),
                customID: "a", endpoint: .chatCompletions, source: ResultSource(file: "output", line: 1))
        }
        let good = result(#"{"choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":3}}"#)
        #expect(good.outcome == .succeeded && good.usage.input == 3)
        #expect(good.nativeLine == Array("{own}".utf8) && good.source.file == "output")
        #expect(result(#"{"choices":[]}"#).outcome == .errored)
    }

    @Test("Limits are only ever lowered; without a limit there is nothing to compare")
    func limits() {
        var limits = BatchLimits(requests: 10, bytes: nil, oneModel: true, endpoints: [.chatCompletions])
        limits.lower(requests: 20, bytes: 500)
        #expect(limits.requests == 10 && limits.bytes == 500)
        limits.lower(requests: 5)
        #expect(limits.requests == 5 && limits.bytes == 500 && limits.inputs == nil)
    }
}
