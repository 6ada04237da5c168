import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Empty answers, and impossible numbers.
    static let oddAnswers: [Case] = [
        Case("answers: an empty answer fails with a reason", if: asksForText) { bench in
            bench.script {
                $0.answer = { request in
                    switch request.question {
                    case 1: .reply(SimulatedReply(text: nil))
                    case 2: .text("")
                    case 3: .reply(SimulatedReply(text: nil, finishReason: "length"))
                    case 4: .reply(SimulatedReply(text: nil, finishReason: "content_filter"))
                    default: .text(ProviderBench.answer(to: request.question))
                    }
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(
                batch, except: Dictionary(uniqueKeysWithValues: (1...4).map { ($0, .errored) }))
            for number in 1...4 {
                let error = try require(try await bench.result(number, of: batch).error, "a reason")
                try expect(
                    ["empty_answer", "content_filter"].contains(error.code), "the code of \(number): \(error)")
            }
        },
        Case("answers: a retry sends only the request with the empty answer", if: { asksForText($0) && takesFew($0) }) {
            bench in
            bench.script {
                $0.answer = { request in
                    request.question == 2 && request.askedBefore == 0 && request.lineIndex != 0
                        ? .text("") : .text(ProviderBench.answer(to: request.question))
                }
            }
            let batch = try await bench.run()
            try await batch.retry()
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try expect(
                bench.ledger.acceptedJobs.map(\.customIDs.count), equals: [bench.size, 1], "requests of the jobs")
        },
        Case("answers: numbers out of range are ignored", if: asksForText) { bench in
            bench.script { script in
                script.answer = { request in
                    .reply(
                        SimulatedReply(
                            text: ProviderBench.answer(to: request.question), inputTokens: .max - 5, outputTokens: 5))
                }
                script.shapeFiles = { files in
                    if files.counts != nil {
                        files.counts = SimulatedCounts(total: .max, completed: .max - 9, failed: 8)
                    }
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            for result in try await bench.all(batch) {
                try expect(result.usage.input ?? 0, equals: 0, "tokens of \(result.customID)")
            }
            try await bench.expectNoAnomalies(batch)
        },
    ]

    private static func asksForText(_ subject: Subject) -> Bool { subject.endpoint == .chatCompletions }
}
