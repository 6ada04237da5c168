import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// R1 to R12: what providers send that breaks tools, met over HTTP by the real engine and a real store.
@Suite("Result cases")
struct ResultCases {
    @Test("A job whose requests all failed has only an error file")
    func r1() async throws {
        try await withBench(
            SimulatorScript { script in
                script.answer = { _ in
                    .httpError(status: 400, code: "invalid_value", message: "max_tokens is too large", type: "x")
                }
            }
        ) { bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.errored: 3]))
            #expect(try await batch.status() == .completed)
            for try await result in batch.results(.unsuccessful) {
                #expect(result.error == ResultError(code: "invalid_value", message: "max_tokens is too large"))
            }
        }
    }

    @Test(
        "Requests in neither result file are missing, and are retried a bounded number of times"
    )
    func r2() async throws {
        try await withBench(
            SimulatorScript { script in
                script.answer = { request in
                    guard request.askedBefore == 0 else { return .success }
                    switch request.lineIndex ?? 0 {
                    case 0..<3: return .success
                    case 3..<5:
                        return .httpError(status: 500, code: "server_error", message: "oops", type: "server_error")
                    default: return .silent
                    }
                }
            }
        ) { bench, simulator in
            let batch = try await bench.run(10, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3, .errored: 2, .missing: 5]))
            try await batch.retry()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 10]))
            #expect(simulator.ledger.acceptedJobs.map(\.customIDs.count) == [10, 7])
        }
    }

    @Test("A line with status 4xx and a null error keeps its code and message")
    func r3() async throws {
        try await withBench(
            SimulatorScript { script in
                script.answer = { request in
                    request.lineIndex == 1
                        ? .httpError(status: 404, code: "model_not_found", message: "no such model", type: "x")
                        : .success
                }
            }
        ) { bench, simulator in
            let batch = try await bench.run(2, on: simulator)
            let failed = try #require(try await batch.results(customIDs: ["r1"]).first)
            #expect(failed.outcome == .errored)
            #expect(failed.statusCode == 404)
            #expect(failed.error == ResultError(code: "model_not_found", message: "no such model"))
        }
    }

    @Test("One malformed line does not affect nine good ones", arguments: [true, false])
    func r4(namesItself: Bool) async throws {
        let broken = namesItself ? #"{"id":"x","custom_id":"r4","response":{"stat"# : #"{"id":"x","resp"#
        try await withBench(
            SimulatorScript { script in
                script.answer = { $0.customID == "r4" ? .raw(text: broken) : .success }
            }
        ) { bench, simulator in
            let batch = try await bench.run(10, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 9, .errored: 1]))
            let result = try #require(try await batch.results(customIDs: ["r4"]).first)
            #expect(result.error?.code == "unreadable_result")
            #expect(result.error?.message.contains("line 5 of the output file") == true)
            #expect(result.line == Array(broken.utf8))
            #expect((try? JSONSerialization.jsonObject(with: Data(result.openAILine))) != nil)
        }
    }

    @Test("An output file without a final newline is followed by an error file")
    func r5() async throws {
        try await withBench(
            SimulatorScript { script in
                script.answer = {
                    $0.lineIndex == 2 ? .httpError(status: 400, code: "bad", message: "no", type: "x") : .success
                }
                script.shapeFiles = { files in
                    files.output = files.output.map { Data($0.dropLast()) }
                    files.error = files.error.map { Data($0.dropLast()) }
                }
            }
        ) { bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 2, .errored: 1]))
            #expect(try await batch.anomalies().all().isEmpty)
        }
    }

    @Test("A status 200 without an answer is errored with its reason; a double-encoded body is decoded")
    func r6() async throws {
        let completion = #"{"object":"chat.completion","choices":[{"index":0,"message":{"content":"yes"}}]}"#
        let doubled = String(decoding: try JSONEncoder().encode(completion), as: UTF8.self)
        let bodies = [
            #"{"choices":null}"#, #"{"choices":[]}"#, doubled,
            #"{"model":"gpt-test","messages":[{"role":"user","content":"question 3"}]}"#,
        ]
        try await withBench(
            SimulatorScript { script in
                script.answer = { .body(status: 200, text: bodies[$0.lineIndex ?? 0]) }
            }
        ) { bench, simulator in
            let batch = try await bench.run(4, on: simulator)
            let results = try await batch.results().all()
            #expect(results.map(\.outcome) == [.errored, .errored, .succeeded, .errored])
            #expect(results.map { $0.error?.code } == ["empty_answer", "empty_answer", nil, "echoed_request"])
            #expect(results[2].text == "yes")
        }
    }

    @Test("Of two lines for one id the first counts; the other, and a line for an unknown id, are anomalies")
    func r7() async throws {
        try await withBench(
            SimulatorScript { script in
                script.shapeFiles = { files in
                    var lines = files.outputLines
                    lines.append(lines[0])
                    lines.append(
                        Data(String(decoding: lines[1], as: UTF8.self).replacing("\"r1\"", with: "\"stranger\"").utf8))
                    files.outputLines = lines
                }
            }
        ) { bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            let anomalies = try await batch.anomalies().all()
            #expect(anomalies.map(\.kind) == [.duplicate, .unknownID])
            #expect(anomalies.map(\.customID) == ["r0", "stranger"])
            #expect(try await batch.record().anomalies == 2)
        }
    }

    @Test("Our count is authoritative, and a difference is reported")
    func r8() async throws {
        try await withBench(
            SimulatorScript { script in
                script.answer = { request in
                    let line =
                        #"{"id":"b","custom_id":"r1","response":{"status_code":0,"request_id":"","body":{}},"error":null}"#
                    return request.lineIndex == 1 ? .rawError(text: line) : .success
                }
                script.shapeFiles = { $0.counts = SimulatedCounts(total: 3, completed: 3, failed: 0) }
            }
        ) { bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 2, .errored: 1]))
            let anomaly = try #require(try await batch.anomalies().all().first)
            #expect(anomaly.kind == .countMismatch)
            #expect(anomaly.message.contains("3 completed and 0 failed"))
        }
    }

    @Test("An empty error_file_id, an empty error file and null counts are accepted", arguments: [0, 1, 2])
    func r8(variant: Int) async throws {
        try await withBench(
            SimulatorScript { script in
                script.shapeFiles = { files in
                    switch variant {
                    case 0: files.absentErrorFileID = ""
                    case 1: files.error = Data()
                    default: files.counts = nil
                    }
                }
            }
        ) { bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(try await batch.anomalies().all().isEmpty)
        }
    }

    @Test("Lines come in any order; one over the limit fails only its own request")
    func r9() async throws {
        try await withBench(
            SimulatorScript { script in
                script.answer = { request in
                    request.lineIndex == 3 ? .text(String(repeating: "x", count: 17 << 20)) : .success
                }
                script.shapeFiles = { files in
                    files.outputLines[2] += Data(repeating: 0x20, count: LineLimits.result)
                    files.outputLines = files.outputLines.reversed()
                }
            }
        ) { bench, simulator in
            let batch = try await bench.run(5, on: simulator, options: ["timeout": "60"])
            #expect(try await batch.counts() == .of([.succeeded: 4, .errored: 1]))
            let results = try await batch.results().all()
            #expect(results.map(\.customID) == ["r0", "r1", "r2", "r3", "r4"])
            #expect(results[2].error?.message.contains("too long") == true)
            #expect(results[3].text?.utf8.count == 17 << 20)
        }
    }

    @Test("A job that expired with 7 of 10 done keeps 7 answers, and 3 are retried")
    func r10() async throws {
        try await withBench(
            SimulatorScript { script in
                script.statuses = ["validating", "in_progress", "expired"]
                script.answeredBeforeEnd = 7
            }
        ) { bench, simulator in
            let batch = try await bench.run(10, on: simulator)
            #expect(try await batch.status() == .expired)
            #expect(try await batch.counts() == .of([.succeeded: 7, .expired: 3]))
            simulator.setScript(SimulatorScript())
            try await batch.retry()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 10]))
            #expect(simulator.ledger.acceptedJobs.last?.customIDs == ["r7", "r8", "r9"])
        }
    }

    @Test("A job that was cancelled half-way keeps its answers, and the rest is cancelled", arguments: [0, 4])
    func r11(answered: Int) async throws {
        try await withBench(
            SimulatorScript { script in
                script.holdAt = "in_progress"
                script.answeredBeforeEnd = answered
                if answered == 0 { script.shapeFiles = { $0.output = nil } }
            }
        ) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(10), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.start()
            try await batch.cancel()
            #expect([.cancelling, .finalizing].contains(try await batch.status()))
            try await batch.wait()
            #expect(try await batch.status() == .cancelled)
            #expect(try await batch.counts() == .of([.succeeded: answered, .cancelled: 10 - answered]))
        }
    }

    @Test("Unfinished requests of an expired job are expired, not missing")
    func r12() async throws {
        try await withBench(
            SimulatorScript { script in
                script.statuses = ["validating", "expired"]
                script.answeredBeforeEnd = 7
                script.shapeFiles = { $0.error = nil }
            }
        ) { bench, simulator in
            let batch = try await bench.run(10, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 7, .expired: 3]))
            #expect(try await batch.results(customIDs: ["r9"]).first?.error?.code == "batch_expired")
        }
    }
}
