import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// What is sent for a request, and with which id.
    static let requests: [Case] = [
        Case("requests: custom ids of any kind are returned unchanged") { bench in
            let odd = [
                "with space", "slash/and\\back", "Grüße", "日本語", "quote\"d", "👩‍👩‍👧", String(repeating: "long", count: 100),
                "llmb00000001", "a.b:c@d", "UPPER_case-1",
            ]
            let batch = try await bench.run(bench.requests { $0 < odd.count ? odd[$0] : "r\($0)" })
            try await bench.expectAnswers(batch)
            let ids = try await bench.all(batch).map(\.customID.rawValue)
            try expect(Array(ids.prefix(odd.count)), equals: odd, "the ids")
            try await bench.expectNoAnomalies(batch)
        },
        Case("requests: two spellings of one character are two ids") { bench in
            let batch = try await bench.run(bench.requests { $0 < 2 ? ["\u{E9}", "e\u{301}"][$0] : "r\($0)" })
            try await bench.expectAnswers(batch)
        },
        Case("requests: ids sent to the service follow its rule") { bench in
            try await bench.run(bench.requests { "Ü \($0) \(String(repeating: "x", count: 300))" })
            let rule = bench.subject.described.limits?.ids ?? .any
            let ids = try require(bench.ledger.acceptedJobs.first, "a job").customIDs
            for id in ids { try expect(rule.allows(CustomID(id)), "the id \(id.prefix(80))") }
        },
        Case("requests: the same request always gives the same bytes") { bench in
            let provider = try bench.batchProvider()
            for request in bench.requests(3) {
                let outgoing = OutgoingRequest(request, model: nil, id: "id1")
                let line = try provider.inputLine(of: outgoing)
                try expect(line == (try provider.inputLine(of: outgoing)), "the line of \(request.customID)")
                try expect(!line.contains(0x0A), "a line without a line break")
                _ = try JSONObject(line)
            }
        },
        Case("requests: the model of the settings replaces that of each body") { bench in
            let batch = try await Batch.create(
                .requests(bench.requests()), provider: try bench.provider(model: "model-two"), storage: bench.storage)
            try await batch.wait()
            try await bench.expectAnswers(batch)
            let sent = bench.ledger.calls.filter { $0.method != "GET" }
            func named(_ model: String) -> Bool {
                sent.contains { $0.path.contains(model) || $0.body?.firstRange(of: Data(model.utf8)) != nil }
            }
            try expect(named("model-two"), "the model of the settings is sent")
            try expect(!named(bench.subject.model), "the model of the bodies is not")
        },
        Case("requests: an unsupported endpoint is rejected before anything is sent") { bench in
            let taken = Set(bench.subject.described.limits?.endpoints ?? [])
            let other = Endpoint.known.first { !taken.contains($0) } ?? Endpoint(rawValue: "/v1/unheard/of")
            let request = BatchRequest(
                customID: "r0", endpoint: other, body: ["model": .string(bench.subject.model), "input": "x"])
            let batch = try await bench.batch([request])
            try await bench.expectStop(.invalidInput, of: batch)
            try expect(bench.ledger.calls.count, equals: 0, "calls")
        },
        Case(
            "requests: an unsupported field is rejected before anything is sent, with the request and the field",
            needs: [.translates]
        ) { bench in
            var requests = bench.requests()
            requests[4] = bench.request(4, id: "r4", more: ["unheard_of_member": 1])
            let error = try await bench.expectStop(.invalidInput, of: try await bench.batch(requests))
            for word in ["r4", "unheard_of_member"] {
                try expect(error.message.contains(word), "\(word) is named in: \(error.message)")
            }
            try expect(bench.ledger.calls.count, equals: 0, "calls")
        },
        Case("requests: tools, settings and turns are translated", needs: [.tools]) { bench in
            let tool: JSONValue = [
                "type": "function",
                "function": [
                    "name": "look", "description": "Looks",
                    "parameters": ["type": "object", "properties": ["city": ["type": "string"]]],
                ],
            ]
            var requests = bench.requests()
            requests[0] = bench.request(
                0, id: "r0",
                more: [
                    "messages": [
                        ["role": "system", "content": "Be brief."], ["role": "user", "content": "question 0"],
                        ["role": "assistant", "content": "Which?"], ["role": "user", "content": "That one."],
                    ], "tools": [tool], "tool_choice": "auto", "max_tokens": 20, "temperature": 0.5, "stop": ["END"],
                ])
            try await bench.expectAnswers(try await bench.run(requests))
        },
    ]

    /// The limits of a job.
    static let limits: [Case] = [
        Case("limits: the limits match the description") { bench in
            let named = try require(bench.subject.described.limits, "limits")
            let limits = try bench.batchProvider().limits
            try expect(limits.requests, equals: named.requests, "requests")
            try expect(limits.minimumRequests, equals: named.minimumRequests, "requests at least")
            try expect(limits.bytes ?? .max <= named.bytes ?? .max, "no more bytes than are named")
            try expect(limits.oneModel, equals: named.oneModel, "one model")
            try expect(limits.endpoints, equals: named.endpoints, "endpoints")
            try expect(limits.ids, equals: named.ids, "ids")
            try expect(try bench.provider().settings.name, equals: bench.subject.described.name, "the name")
        },
        Case("limits: too many requests for one job become several jobs of one attempt", if: takesFew) { bench in
            let batch = try await bench.run(options: ["requests-per-job": "4"])
            try await bench.expectAnswers(batch)
            try bench.expectJobs(3)
            try expect(bench.ledger.acceptedJobs.map(\.customIDs.count).sorted(), equals: [2, 4, 4], "jobs")
            try expect(try await batch.attempts().count, equals: 1, "attempts")
        },
        Case("limits: too many bytes for one job become several jobs", if: takesFew) { bench in
            let line = try bench.batchProvider().inputLine(
                of: OutgoingRequest(bench.request(0, id: "r0"), model: nil, id: String(repeating: "x", count: 22)))
            let batch = try await bench.run(options: ["bytes-per-job": String(3 * (line.count + 1))])
            try await bench.expectAnswers(batch)
            let sizes = bench.ledger.acceptedJobs.map(\.customIDs.count)
            try expect(sizes.count > 2, "several jobs: \(sizes)")
            try expect(sizes.allSatisfy { $0 <= 4 }, "small jobs: \(sizes)")
        },
        Case("limits: a request larger than a job is rejected before anything is sent") { bench in
            let batch = try await bench.batch(options: ["bytes-per-job": "40"])
            let error = try await bench.expectStop(.invalidInput, of: batch)
            try expect(error.message.contains("r0"), "the request is named in: \(error.message)")
            try expect(bench.ledger.calls.count, equals: 0, "calls")
        },
        Case("limits: two models become two jobs if a job has one model", if: takesFew) { bench in
            let requests = (0..<bench.size).map {
                bench.request($0, id: "r\($0)", model: $0 % 2 == 0 ? bench.subject.model : "model-two")
            }
            let batch = try await bench.run(requests)
            try await bench.expectAnswers(batch)
            let jobs = try require(bench.subject.described.limits, "limits").oneModel ? 2 : 1
            try expect(bench.ledger.acceptedJobs.count, equals: jobs, "jobs")
        },
        Case("limits: too few requests for a job are rejected before anything is sent", if: { !takesFew($0) }) {
            bench in
            let batch = try await bench.batch(bench.requests(1))
            try await bench.expectStop(.invalidInput, of: batch)
            try expect(bench.ledger.calls.count, equals: 0, "calls")
        },
        Case("limits: of several jobs, one whose create response is lost is not created twice", if: takesFew) { bench in
            bench.script { $0.troubles = [Trouble(.actThenDrop, on: .createBatch, calls: 2...2)] }
            let batch = try await bench.run(options: ["requests-per-job": "4"])
            try await bench.expectAnswers(batch)
            try bench.expectJobs(3)
        },
    ]

    /// Whether the provider has no minimum number of requests per job.
    static func takesFew(_ subject: Subject) -> Bool { subject.described.limits?.minimumRequests ?? 1 == 1 }
}
