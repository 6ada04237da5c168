import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Answers of an earlier form, which the vendor's Go client reads, and lines that are not documented.
@Suite("DigitalOcean: other forms", .timeLimit(.minutes(1)))
struct DigitalOceanFormsTests {
    private static func reply(_ body: String) -> Trouble.Kind {
        .respond(status: 200, headers: ["content-type": "application/json"], body: body)
    }

    /// Source: godo `batch_inference_test.go`.
    private static func node(_ id: String, request: String, created: String = "2026-04-21T17:41:57Z") -> String {
        #"{"batch_id":"\#(id)","cancel_requested_at":null,"completion_window":"24h","created_at":"\#(created)","#
            + #""expires_at":"2026-04-21T17:49:28Z","file_id":"f","provider":"openai","#
            + #""request_counts":{"total":2,"completed":0,"failed":0},"request_id":"\#(request)","#
            + #""result_available":false,"status":"queued","updated_at":"2026-04-21T17:41:57Z"}"#
    }

    @Test("A job and a list in the earlier format are read")
    func aJobAndAListOfTheEarlierForm() async throws {
        let pages = [
            #"{"edges":[{"cursor":"c1","node":\#(Self.node("one", request: "somebody's"))}],"#
                + #""page_info":{"endCursor":"c1","hasNextPage":true}}"#,
            #"{"edges":[{"cursor":"c2","node":\#(Self.node("two", request: "ours"))}],"#
                + #""page_info":{"endCursor":"c2","hasNextPage":false}}"#,
        ]
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(Self.reply(pages[0]), on: .listBatches),
                Trouble(Self.reply(pages[1]), on: .listBatches, calls: 2...2),
                Trouble(Self.reply(Self.node("two", request: "ours")), on: .getBatch),
            ]
        }
        try await ProviderSimulator.withRunning(.digitalOcean, script) { simulator in
            let remote = try DigitalOceanTests.remote(simulator.origin)
            let since = try Date("2026-04-21T17:41:00Z", strategy: .iso8601)
            let found = try await remote.jobs(
                matching: ProviderJobFingerprint(
                    token: "ours", inputFileID: nil, since: since, requests: 2, idPrefix: "llmb"))
            #expect(found.map(\.id) == ["two"] && found.first?.evidence == .proof)
            #expect(simulator.ledger.calls(.listBatches).last?.path.hasSuffix("after=c1") == true)
            let job = try await remote.job("two")
            #expect(job.status == .validating && job.rawStatus == "queued" && job.inputFileID == "f")
            #expect(job.expiresAt == (try Date("2026-04-22T17:41:57Z", strategy: .iso8601)))
        }
    }

    @Test("A job without a token is recognized by its file")
    func aJobThatNamesNoTokenIsKnownByItsFile() async throws {
        let job =
            #"{"batch_id":"b","status":"in_progress","input_file_id":"file-1","created_at":"2026-04-21T17:41:57Z"}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(Self.reply(#"{"data":[\#(job)],"has_more":false}"#), on: .listBatches, calls: 1...)]
        }
        try await ProviderSimulator.withRunning(.digitalOcean, script) { simulator in
            let remote = try DigitalOceanTests.remote(simulator.origin)
            let since = try Date("2026-04-21T17:41:00Z", strategy: .iso8601)
            for (file, ids) in [("file-1", ["b"]), ("file-2", [])] {
                let trace = ProviderJobFingerprint(
                    token: "t", inputFileID: file, since: since, requests: 1, idPrefix: "llmb")
                #expect(try await remote.jobs(matching: trace).map(\.id) == ids)
            }
        }
    }

    @Test("A download in the earlier format and result lines of both model makers are read")
    func aDownloadOfTheEarlierFormAndLinesOfEitherMaker() async throws {
        let message =
            #"{"id":"msg_1","type":"message","content":[{"type":"text","text":"said"}],"stop_reason":"end_turn"}"#
        let script = SimulatorScript {
            $0.answer = { request in
                switch request.lineIndex {
                case 0:
                    .raw(text: #"{"custom_id":"r0","result":{"type":"succeeded","message":\#(message)}}"#)
                case 1:
                    .raw(text: #"{"custom_id":"r1","response":{"status_code":200,"body":\#(message)},"error":null}"#)
                case 2:
                    .raw(
                        text: #"{"custom_id":"r2","result":{"type":"errored","error":{"error":{"type":"api_error"}}}}"#)
                case 3: .raw(text: #"{"custom_id":"r3","error":{"code":"bad","message":"no"}}"#)
                default: .success
                }
            }
        }
        try await ProviderSimulator.withRunning(.digitalOcean, script) { simulator in
            let batch = try await Batch.create(
                Workbench.requests(5), provider: try DigitalOceanTests.provider(simulator.origin),
                storage: Storage.memory())
            try await batch.start()
            let id = try #require(simulator.ledger.acceptedJobs.first?.batchID)
            let link = "\(simulator.origin)/signed/\(id)/output?X-Amz-Signature=sim"
            let download = #"{"download":{"presigned_url":"\#(link)","expires_at":"x"},"output_file_id":"msgbatch_1"}"#
            simulator.updateScript { $0.troubles = [Trouble(Self.reply(download), on: .getFile, calls: 1...)] }
            try await batch.wait()
            let results = try await batch.results().all().map { "\($0.text ?? $0.error?.code ?? "")" }
            #expect(results == ["said", "said", "api_error", "bad", "Answer to r4"])
        }
    }
}
