import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Keys and accounts, and where credentials must not be sent.
    static let refusals: [Case] =
        keys + redirects + [
            Case("account: another key is rejected until the owner accepts it", needs: [.key, .keyIsAccount]) { bench in
                let batch = try await bench.batch()
                try await batch.start()
                let other = batch.using(try bench.provider(key: "sk-another-key-of-somebody"))
                try await bench.expectStop(.accountChanged, of: other)
                try await other.acceptingOtherAccount().wait()
                try await bench.expectAnswers(batch)
                try bench.expectJobs()
            },
            Case("account: another address is rejected and named") { bench in
                let batch = try await bench.batch()
                try await batch.start()
                let origin = bench.simulator.origin.replacing("127.0.0.1", with: "localhost")
                let error = try await bench.expectStop(
                    .accountChanged, of: batch.using(try bench.provider(origin: origin)))
                try expect(error.message.contains("localhost"), "the difference: \(error.message)")
            },
            Case("account: two keys have two fingerprints that do not reveal them", needs: [.key, .keyIsAccount]) {
                bench in
                let accounts = [try bench.provider().account, try bench.provider(key: "sk-another-key").account]
                try expect(accounts[0] != accounts[1], "two accounts")
                for account in accounts {
                    let text = String(describing: account)
                    try expect(
                        !text.contains(ProviderBench.key) && !text.contains("sk-another-key"), "no key in \(text)")
                }
            },
        ]

    private static let keys = [
        Case("key: a wrong key stops the run, and nothing is lost", needs: [.key]) { bench in
            bench.script { $0.apiKey = "sk-some-other-key-entirely" }
            let batch = try await bench.batch()
            try await bench.expectStop(.keyRefused, of: batch)
            try expect(bench.ledger.acceptedJobs.count, equals: 0, "accepted jobs")
            bench.script { $0.apiKey = ProviderBench.key }
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case("key: every call carries the key", needs: [.key]) { bench in
            bench.script { $0.apiKey = ProviderBench.key }
            try await bench.expectAnswers(try await bench.run())
        },
        Case("key: a forbidden call stops the run") { bench in
            bench.script { $0.troubles = [Trouble(refusal(403, "not yours"), on: .createBatch)] }
            let batch = try await bench.batch()
            try await bench.expectStop(.keyRefused, of: batch)
            try await batch.wait()
            try await bench.expectAnswers(batch)
        },
        Case("key: a key that is rejected while a job runs loses nothing", needs: [.key]) { bench in
            bench.script { $0.apiKey = ProviderBench.key }
            let batch = try await bench.batch()
            try await batch.start()
            bench.script { $0.apiKey = "sk-rotated-key-since-then" }
            try await bench.expectStop(.keyRefused, of: batch)
            bench.script { $0.apiKey = ProviderBench.key }
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
    ]

    private static let redirects = [
        redirect("a create call", .createBatch), redirect("a poll", .getBatch),
        redirect("an upload", .uploadFile, needs: [.uploads]),
        redirect("results", .fileContent, needs: [.resultLines]),
    ]

    private static func redirect(_ what: String, _ route: SimulatorRoute, needs: Set<Ability> = []) -> Case {
        Case("redirect: a redirect of \(what) is not followed", needs: needs) { bench in
            try await ProviderSimulator.withRunning(bench.subject.simulator) { elsewhere in
                bench.script {
                    $0.troubles = [Trouble(.redirect(to: elsewhere.origin + "/v1"), on: route, calls: 1...)]
                }
                let batch = try await bench.batch()
                try await bench.expectStop(nil, of: batch)
                try expect(elsewhere.ledger.calls.count, equals: 0, "calls elsewhere")
                bench.script { $0.troubles = [] }
                try await batch.wait()
                try await bench.expectAnswers(batch)
            }
        }
    }

    /// Nothing stored or shown contains a credential, whatever a careless service sends back.
    static let secrets: [Case] = [
        Case("secrets: a key that an error repeats is not shown", needs: [.key]) { bench in
            bench.script { script in
                script.apiKey = "sk-some-other-key-entirely"
                script.echoesKey = true
            }
            let batch = try await bench.batch()
            let error = try await bench.expectStop(.keyRefused, of: batch)
            let text = error.message + (error.remedy?.description ?? "") + String(reflecting: error)
            try expect(!text.contains(ProviderBench.key), "no key in: \(text)")
            try await bench.expectNoKeyStored(of: batch)
        },
        Case(
            "secrets: a key in answers, errors and broken lines does not reach the store", needs: [.key, .resultLines]
        ) { bench in
            bench.script {
                $0.answer = { request in
                    switch request.question {
                    case 0: .text("your key is \(ProviderBench.key)")
                    case 1: .httpError(status: 400, code: ProviderBench.key, message: "bad \(ProviderBench.key)")
                    case 2: .raw(text: #"{"unreadable \#(ProviderBench.key)"#)
                    default: .text(ProviderBench.answer(to: request.question))
                    }
                }
            }
            let batch = try await bench.run()
            try expect(try await bench.result(0, of: batch).text, equals: "your key is [key]", "the text")
            try await bench.expectNoKeyStored(of: batch)
        },
        Case("secrets: a key in a status word does not reach the store", needs: [.key, .statusWords]) { bench in
            let word = "waiting for \(ProviderBench.key)"
            bench.script {
                $0.statuses = ["validating", word, "completed"]
                $0.holdAt = word
            }
            let batch = try await bench.batch()
            try await batch.start()
            for _ in 0..<3 { try await batch.refresh() }
            let stored = try require(try await batch.providerJobs().first?.state.rawStatus, "a word")
            try expect(stored.lowercased().hasPrefix("waiting for"), "the word of the service: \(stored)")
            try await bench.expectNoKeyStored(of: batch)
            bench.script { $0.holdAt = nil }
            try await batch.wait()
            try await bench.expectAnswers(batch)
        },
        Case("secrets: stored settings contain no key", needs: [.key]) { bench in
            let settings = String(decoding: try JSONEncoder().encode(try bench.provider().settings), as: UTF8.self)
            try expect(!settings.contains(ProviderBench.key), "no key in \(settings)")
        },
    ]
}

extension ProviderBench {
    /// Requires that nothing stored about a batch contains the key.
    func expectNoKeyStored(of batch: Batch) async throws {
        let encoder = JSONEncoder()
        var stored = try encoder.encode(try await batch.providerJobs())
        stored += try encoder.encode(try await batch.attempts())
        stored += try encoder.encode(try await anomalies(batch))
        for result in try await all(batch) {
            stored += try encoder.encode(result.error)
            stored += Data((result.line ?? []) + (result.nativeLine ?? []))
        }
        for anomaly in try await anomalies(batch) { stored += Data(anomaly.line ?? []) }
        try expect(stored.firstRange(of: Data(Self.key.utf8)) == nil, "no key in what is stored")
    }
}
