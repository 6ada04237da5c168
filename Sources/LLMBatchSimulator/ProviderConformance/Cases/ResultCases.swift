import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Results that are not all successful.
    static let results: [Case] = [
        Case("results: every request can fail", needs: [.errorLines]) { bench in
            bench.script {
                $0.answer = { _ in .httpError(status: 400, code: "bad_value", message: "too large a number") }
            }
            let batch = try await bench.run()
            try await bench.expectCounts(batch, [.errored: bench.size])
            try expect(try await batch.status(), equals: .completed)
            for result in try await bench.all(batch) {
                try expect(
                    result.error?.message.contains("too large a number") == true,
                    "the reason of \(result.customID): \(String(describing: result.error))")
            }
        },
        Case("results: answered, failed and unmentioned requests are told apart", needs: [.errorLines]) { bench in
            bench.script {
                $0.answer = { request in
                    switch request.question ?? 0 {
                    case 3, 4: .httpError(status: 500, code: "server_error", message: "oops", type: "server_error")
                    case 5...7: .silent
                    default: .text(ProviderBench.answer(to: request.question))
                    }
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(
                batch, except: [3: .errored, 4: .errored, 5: .missing, 6: .missing, 7: .missing])
            let silent = try await bench.result(6, of: batch)
            try expect(silent.error?.code, equals: "missing", "the reason of a missing result")
        },
        Case("results: a retry sends only the unsuccessful requests", if: takesFew) { bench in
            bench.script {
                $0.answer = { request in
                    request.question ?? 0 >= 6 ? .silent : .text(ProviderBench.answer(to: request.question))
                }
            }
            let batch = try await bench.run()
            bench.script { $0.answer = { .text(ProviderBench.answer(to: $0.question)) } }
            try await batch.retry()
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try expect(
                bench.ledger.acceptedJobs.map(\.customIDs.count), equals: [bench.size, bench.size - 6], "jobs")
            try expect(try await batch.attempts().count, equals: 2, "attempts")
        },
        Case("results: a failed request keeps its status and reason", needs: [.errorLines]) { bench in
            bench.script {
                $0.answer = { request in
                    request.question == 1
                        ? .httpError(status: 404, code: "gone", message: "no such model")
                        : .text(ProviderBench.answer(to: request.question))
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch, except: [1: .errored])
            let failed = try await bench.result(1, of: batch)
            try expect(failed.error?.message.contains("no such model") == true, "the reason: \(failed)")
            try expect(failed.error?.code.isEmpty == false, "a code")
            try expect(failed.statusCode ?? 404, equals: 404, "the status")
        },
        Case("results: status 200 without an answer is an error") { bench in
            bench.script {
                $0.answer = { request in
                    switch request.question {
                    case 0: .body(status: 200, text: "{}")
                    case 1: .body(status: 200, text: "null")
                    case 2: .body(status: 200, text: #"{"choices":[],"candidates":[],"content":null}"#)
                    case 3: .body(status: 200, text: #"{"messages":[{"role":"user","content":"echo"}]}"#)
                    default: .text(ProviderBench.answer(to: request.question))
                    }
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(
                batch, except: [0: .errored, 1: .errored, 2: .errored, 3: .errored])
            for number in 0..<4 {
                let result = try await bench.result(number, of: batch)
                try expect(result.error?.message.isEmpty == false, "a reason of request \(number)")
            }
        },
        Case("results: lines can come in any order", needs: [.resultLines]) { bench in
            bench.script {
                $0.shapeFiles = { files in
                    if files.output != nil { files.outputLines = files.outputLines.reversed() }
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
        },
        Case("results: reading them twice gives the same lines", needs: [.resultLines]) { bench in
            let batch = try await bench.run()
            let state = try require(try await batch.providerJobs().first, "a provider job").state
            let files = RemoteJobFiles(
                jobID: state.remoteID ?? "", endpoint: bench.subject.endpoint, inputFileID: state.inputFileID,
                outputFileID: state.outputFileID, errorFileID: state.errorFileID)
            let provider = try bench.batchProvider()
            var read: [[ReceivedLine]] = [[], []]
            for turn in 0..<2 {
                try await provider.results(of: files) { lines, _ in read[turn] += lines }
            }
            try expect(read[0].count, equals: bench.size, "lines")
            try expect(read[0] == read[1], "the same lines")
        },
        Case("results: wrong counts are reported, and ours are kept", needs: [.counts]) { bench in
            bench.script { $0.shapeFiles = { $0.counts?.completed -= 3 } }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try expect(try await bench.anomalies(batch).map(\.kind), equals: [.countMismatch], "anomalies")
        },
        Case("results: missing counts are accepted") { bench in
            bench.script { $0.shapeFiles = { $0.counts = nil } }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
        },
    ]
}
