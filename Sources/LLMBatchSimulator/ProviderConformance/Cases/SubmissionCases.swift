import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Create calls that fail: whatever happens, one job is accepted.
    static let creating: [Case] =
        lost("is accepted before the connection breaks", .actThenDrop)
        + lost("is accepted behind a gateway that responds with 502", .actThenRespond(status: 502, body: "bad gateway"))
        + lost("is accepted with an unreadable response", .actThenRespond(status: 200, body: "{not json"))
        + lost("is accepted with an empty response", .actThenRespond(status: 200, body: "{}"))
        + lost("is accepted with a truncated response", .truncate(afterBytes: 11))
        + lost("is accepted and gets no response", .actThenHang)
        + lost("is not accepted because the connection breaks", .drop)
        + lost("is not accepted by a gateway that responds with 500", .respond(status: 500, body: "oops"))
        + definite + queueFull

    private static func lost(_ what: String, _ trouble: Trouble.Kind) -> [Case] {
        [
            Case("create: a call that \(what) creates one job") { bench in
                bench.script { $0.troubles = [Trouble(trouble, on: .createBatch)] }
                try await bench.expectOneJob(options: ["timeout": "2"])
            }
        ]
    }

    private static let definite = [
        Case("create: a rejection is final, and every request has the reason") { bench in
            bench.script { $0.troubles = [Trouble(refusal(400, "no such window"), on: .createBatch, calls: 1...)] }
            let batch = try await bench.run()
            try await bench.expectCounts(batch, [.errored: bench.size])
            try expect(try await batch.status(), equals: .failed)
            for result in try await bench.all(batch) {
                try expect(result.error?.message.contains("no such window") == true, "the reason: \(result)")
            }
            try expect(bench.ledger.callCount(.createBatch), equals: 1, "create calls")
        },
        Case("create: a permanent 500 stops the run after a few tries, and nothing is lost") { bench in
            bench.script { $0.troubles = [Trouble(refusal(500, "upstream says no"), on: .createBatch, calls: 1...)] }
            let batch = try await bench.batch()
            let error = try await bench.expectStop(nil, of: batch)
            try expect(error.message.contains("upstream says no"), "what the service said: \(error.message)")
            try expect(bench.ledger.callCount(.createBatch) <= 5, "bounded create calls")
            bench.script { $0.troubles = [] }
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case("create: an overloaded service is retried") { bench in
            bench.script { $0.troubles = [Trouble(refusal(503, "busy"), on: .createBatch, calls: 1...2)] }
            try await bench.expectOneJob()
        },
        Case("create: missing credit stops the run at once, and nothing is lost") { bench in
            bench.script { $0.troubles = [Trouble(refusal(402, "no credit"), on: .createBatch)] }
            let batch = try await bench.batch()
            try await bench.expectStop(.providerUnavailable, of: batch)
            try expect(bench.ledger.callCount(.createBatch), equals: 1, "create calls")
            try await batch.wait()
            try await bench.expectAnswers(batch)
        },
    ]

    private static let queueFull = [
        Case("create: a full queue is waited out and fails no request", needs: [.fullQueue]) { bench in
            bench.script { $0.tokenLimitedCreates = 2 }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try expect(bench.ledger.callCount(.createBatch), equals: 3, "create calls")
            try expect(try await batch.attempts().count, equals: 1, "attempts")
        },
        Case("create: a lost call after a full queue is not mistaken for the rejected job", needs: [.fullQueue]) {
            bench in
            bench.script { script in
                script.tokenLimitedCreates = 1
                script.troubles = [Trouble(.actThenDrop, on: .createBatch, calls: 2...2)]
            }
            try await bench.expectAnswers(try await bench.run())
            try expect(bench.ledger.callCount(.createBatch), equals: 2, "create calls")
        },
        Case("create: an upload that is not usable yet is waited for", needs: [.uploads, .fileRace]) { bench in
            bench.script { $0.fileRace = 1 }
            try await bench.expectOneJob()
        },
        Case("create: a job that is not visible yet is waited for") { bench in
            bench.script { $0.getRace = 2 }
            try await bench.expectOneJob()
        },
        Case("upload: an upload whose response is lost is found and used", needs: [.uploads, .findsUploads]) { bench in
            bench.script { $0.troubles = [Trouble(.actThenDrop, on: .uploadFile)] }
            try await bench.expectOneJob()
            try expect(bench.ledger.uploads.count, equals: 1, "uploads")
        },
        Case("upload: an interrupted upload is repeated", needs: [.uploads]) { bench in
            bench.script { $0.troubles = [Trouble(.drop, on: .uploadFile)] }
            try await bench.expectOneJob()
        },
        Case("upload: an upload to an overloaded service is repeated", needs: [.uploads]) { bench in
            bench.script { $0.troubles = [Trouble(refusal(503, "busy"), on: .uploadFile)] }
            try await bench.expectOneJob()
        },
        Case("upload: an upload without a response times out and is repeated", needs: [.uploads]) { bench in
            bench.script { $0.troubles = [Trouble(.hang, on: .uploadFile)] }
            try await bench.expectOneJob(options: ["timeout": "2"])
        },
    ]

    /// An error response that fits every service's error format.
    static func refusal(_ status: Int, _ message: String, headers: [String: String] = [:]) -> Trouble.Kind {
        let body: JSONNode = ["error": ["message": .string(message)], "message": .string(message)]
        return .respond(
            status: status, headers: headers.merging(["content-type": "application/json"]) { given, _ in given },
            body: String(decoding: body.json, as: UTF8.self))
    }
}
