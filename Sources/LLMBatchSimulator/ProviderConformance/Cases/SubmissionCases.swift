import LLMBatchTesting
import Foundation
import LLMBatchCore

extension ProviderConformance {
    /// Create calls that fail: whatever happens, one job is accepted.
    static let creating: [Case] =
        lost("is accepted, and the connection breaks", .actThenDrop)
        + lost("is accepted, and a gateway answers 502", .actThenRespond(status: 502, body: "bad gateway"))
        + lost("is accepted, and the answer cannot be read", .actThenRespond(status: 200, body: "{not json"))
        + lost("is accepted, and the answer is empty", .actThenRespond(status: 200, body: "{}"))
        + lost("is accepted, and the answer breaks off", .truncate(afterBytes: 11))
        + lost("is accepted, and never answered", .actThenHang)
        + lost("is not accepted, and the connection breaks", .drop)
        + lost("is not accepted, and a gateway answers 500", .respond(status: 500, body: "oops"))
        + definite + queueFull

    private static func lost(_ what: String, _ trouble: Trouble.Kind) -> [Case] {
        [
            Case(
                "create: a call that \(what), makes one job (S2)",
                script: { script, _ in script.troubles = [Trouble(trouble, on: .createBatch)] },
                { bench in
                    let batch = try await bench.run(options: ["timeout": "2"])
                    try await bench.expectAnswers(batch)
                    try bench.expectJobs()
                })
        ]
    }

    private static let definite = [
        Case(
            "create: a definite no is final, and every request has its reason",
            script: { script, _ in
                script.troubles = [Trouble(refusal(400, "no such window"), on: .createBatch, calls: 1...)]
            },
            { bench in
                let batch = try await bench.run()
                try await bench.expectCounts(batch, [.errored: bench.size])
                try expect(try await batch.status(), equals: .failed)
                for result in try await bench.all(batch) {
                    try expect(result.error?.message.contains("no such window") == true, "the reason: \(result)")
                }
                try expect(bench.ledger.callCount(.createBatch), equals: 1, "create calls")
            }),
        Case(
            "create: a permanent no that a proxy calls 500 ends after bounded tries, and nothing is lost (S8)",
            script: { script, _ in
                script.troubles = [Trouble(refusal(500, "upstream says no"), on: .createBatch, calls: 1...)]
            },
            { bench in
                let batch = try await bench.batch()
                let error = try await bench.expectStop(nil, of: batch)
                try expect(error.message.contains("upstream says no"), "what the service said: \(error.message)")
                try expect(bench.ledger.callCount(.createBatch) <= 5, "bounded create calls")
                bench.simulator.updateScript { $0.troubles = [] }
                try await batch.wait()
                try await bench.expectAnswers(batch)
                try bench.expectJobs()
            }),
        Case(
            "create: an overload passes",
            script: { script, _ in
                script.troubles = [Trouble(refusal(503, "busy"), on: .createBatch, calls: 1...2)]
            },
            { bench in
                try await bench.expectAnswers(try await bench.run())
                try bench.expectJobs()
            }),
        Case(
            "create: no credit stops the run at once, and nothing is lost",
            script: { script, _ in script.troubles = [Trouble(refusal(402, "no credit"), on: .createBatch)] },
            { bench in
                let batch = try await bench.batch()
                try await bench.expectStop(.providerUnavailable, of: batch)
                try expect(bench.ledger.callCount(.createBatch), equals: 1, "create calls")
                try await batch.wait()
                try await bench.expectAnswers(batch)
            }),
    ]

    private static let queueFull = [
        Case(
            "create: a queue without room is waited out, and is not the requests' fault (S7)", needs: [.fullQueue],
            script: { script, _ in script.tokenLimitedCreates = 2 },
            { bench in
                let batch = try await bench.run()
                try await bench.expectAnswers(batch)
                try expect(bench.ledger.callCount(.createBatch), equals: 3, "create calls")
                try expect(try await batch.attempts().count, equals: 1, "attempts")
            }),
        Case(
            "create: a lost one that comes after a job without room is not taken for that job", needs: [.fullQueue],
            script: { script, _ in
                script.tokenLimitedCreates = 1
                script.troubles = [Trouble(.actThenDrop, on: .createBatch, calls: 2...2)]
            },
            { bench in
                try await bench.expectAnswers(try await bench.run())
                try expect(bench.ledger.callCount(.createBatch), equals: 2, "create calls")
            }),
        Case(
            "create: an upload that cannot be used at once is waited for (S6)", needs: [.uploads, .fileRace],
            script: { script, _ in script.fileRace = 1 },
            { bench in
                try await bench.expectAnswers(try await bench.run())
                try bench.expectJobs()
            }),
        Case(
            "create: a job that cannot be seen at once is waited for (S6)",
            script: { script, _ in script.getRace = 2 },
            { bench in
                try await bench.expectAnswers(try await bench.run())
                try bench.expectJobs()
            }),
        Case(
            "upload: one whose answer is lost is found and used (S11)", needs: [.uploads, .findsUploads],
            script: { script, _ in script.troubles = [Trouble(.actThenDrop, on: .uploadFile)] },
            { bench in
                try await bench.expectAnswers(try await bench.run())
                try bench.expectJobs()
                try expect(bench.ledger.uploads.count, equals: 1, "uploads")
            }),
        Case(
            "upload: one that broke off is made again", needs: [.uploads],
            script: { script, _ in script.troubles = [Trouble(.drop, on: .uploadFile)] },
            { bench in
                try await bench.expectAnswers(try await bench.run())
                try bench.expectJobs()
            }),
        Case(
            "upload: one that the service has no time for is made again", needs: [.uploads],
            script: { script, _ in script.troubles = [Trouble(refusal(503, "busy"), on: .uploadFile)] },
            { bench in
                try await bench.expectAnswers(try await bench.run())
                try bench.expectJobs()
            }),
        Case(
            "upload: one that is never answered is given up and made again", needs: [.uploads],
            script: { script, _ in script.troubles = [Trouble(.hang, on: .uploadFile)] },
            { bench in
                try await bench.expectAnswers(try await bench.run(options: ["timeout": "2"]))
                try bench.expectJobs()
            }),
    ]

    /// An error response that fits every service's error format.
    static func refusal(_ status: Int, _ message: String, headers: [String: String] = [:]) -> Trouble.Kind {
        let body: JSONNode = ["error": ["message": .string(message)], "message": .string(message)]
        return .respond(
            status: status, headers: headers.merging(["content-type": "application/json"]) { given, _ in given },
            body: String(decoding: body.json, as: UTF8.self))
    }
}
