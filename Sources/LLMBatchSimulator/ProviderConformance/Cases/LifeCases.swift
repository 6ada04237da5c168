import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// The whole life of a batch, without any faults.
    static let life: [Case] = wholeLife + statuses + answers

    private static let wholeLife = [
        Case("life: every request gets its own answer") { bench in
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
            try expect(try await batch.status(), equals: .completed)
        },
        Case("life: one job is accepted and contains each request once") { bench in
            try await bench.run()
            try bench.expectJobs()
            let ids = try require(bench.ledger.acceptedJobs.first, "a job").customIDs
            try expect(ids.count, equals: bench.size, "requests of the job")
            try expect(Set(ids).count, equals: bench.size, "ids of the job")
        },
        Case("life: start returns when the job is accepted, and wait resumes from there") { bench in
            let batch = try await bench.batch()
            try await batch.start()
            try bench.expectJobs()
            let job = try require(try await batch.providerJobs().first, "a provider job")
            try expect(job.state.phase, equals: .submitted)
            try expect(job.state.remoteID, equals: bench.ledger.acceptedJobs.first?.batchID, "the id of the job")
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case("life: a second start sends nothing") { bench in
            let batch = try await bench.batch()
            try await batch.start()
            try await batch.start()
            try expect(bench.ledger.callCount(.createBatch), equals: 1, "create calls")
        },
        Case("life: a batch that has ended makes no more calls") { bench in
            let batch = try await bench.run()
            let calls = bench.ledger.calls.count
            try await batch.wait()
            try expect(bench.ledger.calls.count, equals: calls, "calls")
        },
        Case("life: the same requests can run as another batch") { bench in
            let first = try await bench.run()
            let second = try await bench.run()
            try await bench.expectAnswers(first)
            try await bench.expectAnswers(second)
            try expect(bench.ledger.acceptedJobs.count, equals: 2, "accepted jobs")
        },
    ]

    private static let statuses = [
        Case("life: an unknown status word is kept and counts as running", needs: [.statusWords]) { bench in
            bench.script { script in
                script.statuses = ["validating", "scheduling", "completed"]
                script.holdAt = "scheduling"
            }
            let batch = try await bench.batch()
            try await batch.start()
            for _ in 0..<3 { try await batch.refresh() }
            let state = try require(try await batch.providerJobs().first, "a provider job").state
            try expect(state.rawStatus?.lowercased(), equals: "scheduling", "the word")
            try expect(state.remoteStatus, equals: .inProgress, "the status")
            bench.script { $0.holdAt = nil }
            try await batch.wait()
            try await bench.expectAnswers(batch)
        },
        Case("life: a slow job is polled until it ends") { bench in
            bench.script { $0.statuses = ["validating"] + Array(repeating: "in_progress", count: 40) + ["completed"] }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try expect(bench.ledger.callCount(.getBatch) >= 40, "polls until the end")
        },
        Case("life: a running job is reported as in progress") { bench in
            bench.script { $0.holdAt = "in_progress" }
            let batch = try await bench.batch()
            try await batch.start()
            for _ in 0..<3 { try await batch.refresh() }
            try expect(try await batch.status(), equals: .inProgress)
            try expect(try await batch.counts().open, equals: bench.size, "open requests")
            bench.script { $0.holdAt = nil }
        },
        Case("life: a job that has ended at the first poll is not polled again") { bench in
            bench.script { $0.statuses = ["validating", "completed"] }
            try await bench.expectAnswers(try await bench.run())
            try expect(bench.ledger.callCount(.getBatch) <= 2, "polls")
        },
    ]

    private static let answers = [
        Case("life: usage and the finish reason are reported", if: isChat) { bench in
            bench.script {
                $0.answer = { _ in
                    .reply(SimulatedReply(text: "half", finishReason: "length", inputTokens: 31, outputTokens: 7))
                }
            }
            let result = try await bench.result(2, of: try await bench.run())
            try expect(result.text, equals: "half", "the text")
            try expect(result.finishReason, equals: "length", "the reason to stop")
            try expect(result.usage, equals: TokenUsage(input: 31, output: 7), "usage")
        },
        Case("life: tool calls are reported", needs: [.tools], if: isChat) { bench in
            bench.script { script in
                let call = SimulatedReply.ToolCall(id: "call_1", name: "look", arguments: #"{"city":"Ghent"}"#)
                script.answer = { _ in .reply(SimulatedReply(text: nil, toolCalls: [call])) }
            }
            let result = try await bench.result(0, of: try await bench.run())
            try expect(result.outcome, equals: .succeeded)
            try expect(result.finishReason, equals: "tool_calls", "the reason to stop")
            let message = try message(of: result)
            let called = try require(message.objects("tool_calls")?.first, "a tool call").object("function")
            try expect(called?.string("name"), equals: "look", "the tool")
            let arguments = try JSONObject(Array((called?.string("arguments") ?? "").utf8))
            try expect(arguments.string("city"), equals: "Ghent", "its argument")
        },
        Case("life: text of any script, with line breaks and quotes, is unchanged") { bench in
            bench.script { $0.answer = { _ in .text(oddText) } }
            let result = try await bench.result(1, of: try await bench.run())
            try expect(Array((result.text ?? "").utf8), equals: Array(oddText.utf8), "the text")
        },
        Case("life: a result is a canonical line under the caller's id") { bench in
            let result = try await bench.result(3, of: try await bench.run())
            let line = try JSONObject(try require(result.line, "a line"))
            try expect(line.string("custom_id"), equals: "r3", "the custom id")
            try expect(line.object("response")?.integer("status_code"), equals: 200, "the status code")
            try expect(result.text, equals: ProviderBench.answer(to: 3), "the text")
        },
        Case("life: the service's own line is kept as received") { bench in
            let lines = SentLines()
            bench.script { $0.shapeFiles = { lines.take($0) } }
            let batch = try await bench.run()
            let sent = lines.all
            for result in try await bench.all(batch) {
                let line = try require(result.nativeLine ?? result.line, "a line")
                try expect(
                    sent.isEmpty || sent.contains(Data(line)), "the line of \(result.customID) is one of the service's")
            }
        },
    ]

    private static let oddText = "first\nsecond \"quoted\" \\ slash /\t\u{2028}\u{0}日本語 ÄÖ e\u{301} 👩‍👩‍👧 </script>"

    private static func isChat(_ subject: Subject) -> Bool { subject.endpoint == .chatCompletions }

    /// The message in the first choice.
    static func message(of result: BatchResult) throws -> JSONObject {
        let body = try JSONObject(try require(result.line, "a line")).object("response")?.object("body")
        return try require(body?.objects("choices")?.first?.object("message"), "a message")
    }
}
