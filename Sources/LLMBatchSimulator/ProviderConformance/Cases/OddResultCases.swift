import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Result files that are damaged or truncated.
    static let oddResults: [Case] = lines + fetching

    private static let lines = [
        Case("lines: an unreadable line fails only its own request", needs: [.resultLines]) { bench in
            bench.script {
                $0.answer = { request in
                    request.question == 4
                        ? .raw(text: #"{"id":"x","resp"#) : .text(ProviderBench.answer(to: request.question))
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch, except: [4: .errored])
            try expect(try await bench.result(4, of: batch).error?.code, equals: "unreadable_result", "the reason")
        },
        Case("lines: a line that is not UTF-8 fails only its own request", needs: [.resultLines]) { bench in
            bench.script {
                $0.answer = { request in
                    request.question == 4
                        ? .raw(Data([0x7B, 0x22, 0xFF, 0xFE, 0x22, 0x7D]))
                        : .text(ProviderBench.answer(to: request.question))
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch, except: [4: .errored])
        },
        Case("lines: a line above the size limit fails only its own request", needs: [.resultLines]) { bench in
            bench.script {
                $0.shapeFiles = { files in
                    files.outputLines[2] += Data(repeating: 0x20, count: LineLimits.result)
                }
            }
            let batch = try await bench.run(options: ["timeout": "60"])
            try await bench.expectAnswers(batch, except: [2: .errored])
            let result = try await bench.result(2, of: batch)
            try expect(
                result.error?.message.contains("too long") == true,
                "the reason: \(String(describing: result.error))")
        },
        shaped("a last line without a line break is read") { bytes in bytes.removeLast() },
        shaped("CRLF line breaks are not part of the line") { bytes in
            bytes = Data(bytes.split(separator: 0x0A).map { $0 + [0x0D, 0x0A] }.joined())
        },
        shaped("empty lines are skipped") { bytes in
            bytes = Data(bytes.split(separator: 0x0A).map { $0 + [0x0A, 0x0A, 0x20, 0x0A] }.joined())
        },
        Case("lines: a second line for a request is an anomaly, and the first one counts", needs: [.resultLines]) {
            bench in
            bench.script {
                $0.shapeFiles = { files in
                    let again = String(decoding: files.outputLines[1], as: UTF8.self)
                    files.outputLines.append(Data(again.replacing("answer 1", with: "answer 9999").utf8))
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            let anomalies = try await bench.anomalies(batch).filter { $0.kind != .countMismatch }
            try expect(anomalies.map(\.kind), equals: [.duplicate], "anomalies")
            try expect(anomalies.first?.customID, equals: "r1", "its custom id")
        },
        Case("lines: a line for an unknown id is an anomaly", needs: [.resultLines]) { bench in
            bench.script {
                $0.shapeFiles = { files in
                    let line = String(decoding: files.outputLines[1], as: UTF8.self)
                    let id = files.batch.customIDs[1]
                    files.outputLines.append(Data(line.replacing("\"\(id)\"", with: "\"stranger\"").utf8))
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            let anomalies = try await bench.anomalies(batch).filter { $0.kind != .countMismatch }
            try expect(anomalies.map(\.kind), equals: [.unknownID], "anomalies")
            try expect(anomalies.first?.customID, equals: "stranger", "its custom id")
        },
    ]

    private static func shaped(_ what: String, _ change: @escaping @Sendable (inout Data) -> Void) -> Case {
        Case("lines: \(what)", needs: [.resultLines]) { bench in
            bench.script {
                $0.shapeFiles = { files in
                    guard var bytes = files.output else { return }
                    change(&bytes)
                    files.output = bytes
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
        }
    }

    private static let fetching = [
        fetched("an interrupted stream is resumed", .truncate(afterBytes: 900)),
        fetched("a stream interrupted in its first line is read again", .truncate(afterBytes: 20)),
        fetched("a broken connection is retried", .drop),
        fetched("a server error is retried", refusal(502, "bad gateway")),
        fetched("a call that gets no response is retried", .hang, options: ["timeout": "2"]),
        fetched("a rate-limited call is retried", refusal(429, "slow down")),
        fetched(
            "a proxy's page is not taken for results", .respond(status: 200, body: "<html>\n<p>wait</p>\n</html>\n")),
        Case("fetching: results that stay unavailable stop the run, and nothing is lost", needs: [.resultLines]) {
            bench in
            bench.script {
                $0.troubles = [Trouble(refusal(500, "oops"), on: .fileContent, calls: 1...)]
            }
            let batch = try await bench.batch()
            try await bench.expectStop(.providerUnavailable, of: batch)
            bench.script { $0.troubles = [] }
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case("fetching: a stream that is interrupted repeatedly is read to its end", needs: [.resultLines]) { bench in
            bench.script {
                $0.troubles = (1...4).map { Trouble(.truncate(afterBytes: 700 * $0), on: .fileContent, calls: $0...$0) }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
        },
    ]

    private static func fetched(_ what: String, _ trouble: Trouble.Kind, options: [String: String] = [:]) -> Case {
        Case("fetching: \(what)", needs: [.resultLines]) { bench in
            bench.script { $0.troubles = [Trouble(trouble, on: .fileContent)] }
            let batch = try await bench.run(options: options)
            try await bench.expectAnswers(batch)
            let odd = try await bench.anomalies(batch).filter { $0.kind != .unreadable }
            try expect(odd.map(\.message), equals: [], "anomalies")
            try expect(bench.ledger.callCount(.fileContent) >= 2, "the results are read again")
            try bench.expectJobs()
        }
    }
}
