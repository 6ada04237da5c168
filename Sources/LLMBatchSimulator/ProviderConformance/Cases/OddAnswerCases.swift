import LLMBatchTesting
import LLMBatchCore

extension ProviderConformance {
    /// Empty answers, and impossible numbers.
    static let oddAnswers: [Case] = [
        Case(
            "answers: one with nothing in it does not succeed, and says why", if: asksForText,
            script: { script, _ in
                script.answer = { request in
                    switch request.question {
                    case 1: .reply(SimulatedReply(text: nil))
                    case 2: .text("")
                    case 3: .reply(SimulatedReply(text: nil, finishReason: "length"))
                    case 4: .reply(SimulatedReply(text: nil, finishReason: "content_filter"))
                    default: .text(ProviderBench.answer(to: request.question))
                    }
                }
            },
            { bench in
                let batch = try await bench.run()
                try await bench.expectAnswers(
                    batch, except: Dictionary(uniqueKeysWithValues: (1...4).map { ($0, .errored) }))
                for number in 1...4 {
                    let error = try require(try await bench.result(number, of: batch).error, "a reason")
                    try expect(
                        ["empty_answer", "content_filter"].contains(error.code), "the code of \(number): \(error)")
                }
            }),
        Case(
            "answers: an empty one is asked again, and no other", if: { asksForText($0) && takesFew($0) },
            script: { script, _ in
                script.answer = { request in
                    request.question == 2 && request.askedBefore == 0 && request.lineIndex != 0
                        ? .text("") : .text(ProviderBench.answer(to: request.question))
                }
            },
            { bench in
                let batch = try await bench.run()
                try await batch.retry()
                try await batch.wait()
                try await bench.expectAnswers(batch)
                try expect(
                    bench.ledger.acceptedJobs.map(\.customIDs.count), equals: [bench.size, 1], "requests of the jobs")
            }),
        Case(
            "answers: numbers out of range are survived, and not believed", if: asksForText,
            script: { script, _ in
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
            },
            { bench in
                let batch = try await bench.run()
                try await bench.expectAnswers(batch)
                for result in try await bench.all(batch) {
                    try expect(result.usage.input ?? 0, equals: 0, "believable tokens of \(result.customID)")
                }
                try await bench.expectNoAnomalies(batch)
            }),
    ]

    private static func asksForText(_ subject: Subject) -> Bool { subject.endpoint == .chatCompletions }
}
