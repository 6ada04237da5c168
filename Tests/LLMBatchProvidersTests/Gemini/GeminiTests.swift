import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

@Suite("Gemini", .timeLimit(.minutes(2)))
struct GeminiTests {
    static func provider(_ simulator: ProviderSimulator, options: [String: String] = [:]) throws -> Provider {
        try .gemini(
            baseURL: simulator.origin, apiKey: .value("gm-secret-key"),
            options: Workbench.patient.merging(options) { _, given in given })
    }

    static func run(
        _ count: Int, on simulator: ProviderSimulator, options: [String: String] = [:], bench: borrowing Workbench
    ) async throws -> Batch {
        let batch = try await Batch.create(
            Workbench.requests(count, model: "gemini-2.5-flash"), provider: try provider(simulator, options: options),
            storage: bench.storage)
        try await batch.wait()
        return batch
    }

    @Test("A batch runs by file and inline", arguments: ["false", "true"])
    func aBatchGoesThroughByFileAndInline(_ inline: String) async throws {
        let script = SimulatorScript {
            $0.apiKey = "gm-secret-key"
            $0.answer = { request in
                switch request.customID {
                case "r1": .httpError(status: 400, code: nil, message: "no such thing")
                case "r2": .silent
                case "r3": .body(status: 200, text: #"{"promptFeedback":{"blockReason":"SAFETY"}}"#)
                default: .success
                }
            }
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(5, on: simulator, options: ["inline": inline], bench: bench)
            let results = try await batch.results().all()
            let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.customID.rawValue, $0) })
            #expect(byID["r0"]?.outcome == .succeeded && byID["r0"]?.text == "Answer to r0")
            #expect(byID["r0"]?.usage.input == 14 && byID["r0"]?.usage.output == 5)
            #expect(byID["r1"]?.outcome == .errored && byID["r1"]?.error?.code == "INVALID_ARGUMENT")
            #expect(byID["r2"]?.outcome == .missing)
            #expect(byID["r3"]?.error?.code == "prompt_blocked")
            #expect(byID["r4"]?.outcome == .succeeded)
            #expect(simulator.ledger.acceptedJobs.count == 1)
            #expect(simulator.ledger.uploads.count == (inline == "true" ? 0 : 1))
            let keys = simulator.ledger.calls.filter { $0.route != .uploadFile }.map { $0.headers["x-goog-api-key"] }
            #expect(keys.allSatisfy { $0 == "gm-secret-key" })
            // The address of an upload is its own permission.
            #expect(simulator.ledger.calls(.uploadFile).allSatisfy { $0.headers["x-goog-api-key"] == nil })
        }
    }

    @Test(
        "A job whose create response is lost is found by its display name", arguments: ["false", "true"],
        [Trouble.Kind.actThenDrop, .actThenRespond(status: 502)])
    func aCreateWhoseAnswerIsLostIsFoundByItsDisplayName(_ inline: String, _ trouble: Trouble.Kind) async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(trouble, on: .createBatch)]
            $0.listLag = 1
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(3, on: simulator, options: ["inline": inline], bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.askedTwice.isEmpty)
        }
    }

    @Test("A lost upload is found by its display name")
    func aLostUploadIsFoundByItsDisplayName() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.actThenDrop, on: .uploadFile)] }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            _ = try await Self.run(3, on: simulator, bench: bench)
            #expect(simulator.ledger.uploads.count == 1 && simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("An expired job has no results")
    func whatExpiresBringsNothing() async throws {
        let script = SimulatorScript {
            $0.statuses = ["in_progress", "expired"]
            $0.answeredBeforeEnd = 2
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(3, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.expired: 3]))
        }
    }

    @Test("A full queue is waited out")
    func aFullQueueIsWaitedOut() async throws {
        try await ProviderSimulator.withRunning(.gemini, SimulatorScript { $0.tokenLimitedCreates = 2 }) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 3)
        }
    }

    /// More tries than are made for other refusals.
    @Test("A job rejected because of a full queue is submitted later")
    func roomIsWaitedForWhereJobsAreRefused() async throws {
        let full =
            #"{"error":{"code":429,"message":"Enqueued tokens exceed the quota.","status":"RESOURCE_EXHAUSTED"}}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 429, body: full), on: .createBatch, calls: 1...8)]
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            #expect(simulator.ledger.callCount(.createBatch) == 9 && simulator.ledger.uploads.count == 1)
        }
    }

    @Test("A job that exceeds its quota keeps its answers")
    func aJobThatRanOutOfRoomKeepsWhatItAnswered() async throws {
        let answers =
            #"[{"metadata":{"key":"r0"},"response":{"candidates":[{"content":{"parts":[{"text":"said"}]}}]}}]"#
        let body =
            #"{"name":"batches/b","done":true,"error":{"code":8,"message":"quota"},"metadata":{"state":"BATCH_STATE_FAILED","#
            + #""batchStats":{"requestCount":"2","successfulRequestCount":"1"},"#
            + #""output":{"inlinedResponses":{"inlinedResponses":\#(answers)}}}}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 200, body: body), on: .getBatch, calls: 1...2)]
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, options: ["inline": "true"], bench: bench)
            let results = try await batch.results().all()
            let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.customID.rawValue, $0) })
            #expect(byID["r0"]?.text == "said" && byID["r1"]?.outcome == .errored)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    /// Answers of a job may be many times larger than what any other call brings.
    @Test("A job that contains its answers may be of any size")
    func aJobThatHoldsItsAnswersMayBeOfAnySize() async throws {
        func answers(_ text: String, times: Int = 1) -> String {
            let answer =
                #"{"metadata":{"key":"r0"},"response":{"candidates":[{"content":{"parts":[{"text":"\#(text)"}]}}]}}"#
            let list = Array(repeating: answer, count: times).joined(separator: ",")
            return #"{"inlinedResponses":{"inlinedResponses":[\#(list)]}}"#
        }
        // The service says them twice; that only one of them is large spares the test the reading of it.
        let large = answers(String(repeating: "x", count: 1024 * 1024), times: 66)
        let body =
            #"{"name":"batches/b","metadata":{"state":"BATCH_STATE_SUCCEEDED","output":\#(answers("said"))},"#
            + #""done":true,"response":\#(large)}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 200, body: body), on: .getBatch, calls: 1...)]
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(
                1, on: simulator, options: ["inline": "true", "timeout": "60"], bench: bench)
            let results = try await batch.results().all()
            #expect(results.map(\.text) == ["said"])
        }
    }

    @Test("Results are found under the alternative download address")
    func resultsAreFoundUnderTheOtherAddressOfDownloads() async throws {
        let none = #"{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 404, body: none), on: .fileContent)]
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            let paths = simulator.ledger.calls(.fileContent).map(\.path)
            #expect(paths.map { $0.hasPrefix("/download/v1beta/files/") } == [true, false])
            #expect(paths.last?.hasPrefix("/v1beta/files/") == true)
        }
    }

    @Test("A redirect never sends the key to another host")
    func aRedirectCarriesNoKeyElsewhere() async throws {
        try await ProviderSimulator.withRunning(.gemini) { other in
            let script = SimulatorScript {
                $0.troubles = [Trouble(.redirect(to: other.origin + "/v1beta/batches"), on: .createBatch, calls: 1...)]
            }
            try await ProviderSimulator.withRunning(.gemini, script) { simulator in
                let bench = try Workbench()
                await #expect(throws: (any Error).self) { _ = try await Self.run(1, on: simulator, bench: bench) }
                #expect(other.ledger.calls.isEmpty)
            }
        }
    }

    @Test("A download that breaks off is resumed")
    func anAnswerThatIsCutOffIsReadOn() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.truncate(afterBytes: 700), on: .fileContent)] }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(20, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 20]))
            #expect(simulator.ledger.callCount(.fileContent) == 2)
        }
    }

    @Test("A daily quota stops the run, and a requested delay is honoured")
    func aDailyQuotaStopsAndADelayIsHonoured() async throws {
        let daily =
            #"{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]}]}}"#
        let script = SimulatorScript { $0.troubles = [Trouble(.respond(status: 429, body: daily), on: .createBatch)] }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await Self.run(1, on: simulator, bench: bench)
            }
            #expect(error?.message.contains("RESOURCE_EXHAUSTED") == true)
            #expect(simulator.ledger.callCount(.createBatch) == 1)
        }
    }

    @Test("An inline input that is too large is split")
    func anInputThatGrowsTooLargeInlineIsSplit() async throws {
        try await ProviderSimulator.withRunning(.gemini) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(
                10, on: simulator, options: ["inline": "true", "bytes-per-job": "500"], bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 10]))
            #expect(simulator.ledger.acceptedJobs.count > 1)
        }
    }

    @Test("An upload that breaks off resumes at the service's offset", arguments: [0, 100, 100_000])
    func anUploadThatBreaksOffGoesOnWhereTheServiceStands(_ kept: Int) async throws {
        try await ProviderSimulator.withRunning(.gemini, SimulatorScript { $0.uploadBreaksAfter = kept }) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(5, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 5]))
            let upload = try #require(simulator.ledger.uploads.first)
            #expect(simulator.ledger.uploads.count == 1 && simulator.ledger.callCount(.beginUpload) == 1)
            let sent = simulator.ledger.calls(.uploadFile).filter { $0.headers["x-goog-upload-command"] != "query" }
            #expect(upload.sha256 == sent.first?.bodySHA256)
            #expect(sent.map(\.bodySize) == [upload.size, max(0, upload.size - kept)])
        }
    }

    @Test("Nothing is uploaded to an address that is not secure")
    func anUploadAddressThatIsNotSecureGetsNothing() async throws {
        try await ProviderSimulator.withRunning(.gemini) { other in
            let script = SimulatorScript {
                let headers = ["x-goog-upload-url": other.origin + "/upload/v1beta/files?upload_id=x"]
                $0.troubles = [Trouble(.respond(status: 200, headers: headers), on: .beginUpload, calls: 1...)]
            }
            try await ProviderSimulator.withRunning(.gemini, script) { simulator in
                let bench = try Workbench()
                await #expect(throws: LLMBatchError.self) { _ = try await Self.run(1, on: simulator, bench: bench) }
                #expect(other.ledger.calls.isEmpty && simulator.ledger.acceptedJobs.isEmpty)
            }
        }
    }

    @Test("A running job is cancelled")
    func aRunningJobIsCancelled() async throws {
        try await ProviderSimulator.withRunning(.gemini, SimulatorScript { $0.holdAt = "in_progress" }) { simulator in
            let bench = try Workbench()
            let batch = try await Batch.create(
                Workbench.requests(3, model: "gemini-2.5-flash"), provider: try Self.provider(simulator),
                storage: bench.storage)
            try await batch.start()
            try await batch.cancel()
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.cancelled: 3]))
        }
    }

    @Test("A list is read to its end, and one that repeats itself is abandoned", arguments: [false, true])
    func aListIsReadToItsEndAndOneThatRepeatsItselfIsLeft(_ repeats: Bool) async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.actThenDrop, on: .createBatch)]
            $0.longestPage = repeats ? nil : 2
            $0.repeatPage = repeats
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(
                5, on: simulator, options: ["requests-per-job": "1", "inline": "true"], bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 5]))
            #expect(simulator.ledger.acceptedJobs.count == 5 && simulator.ledger.callCount(.cancelBatch) == 0)
        }
    }

    @Test("A file that is still being processed is polled again")
    func aFileThatIsStillLookedAtIsAskedForAgain() async throws {
        try await ProviderSimulator.withRunning(.gemini, SimulatorScript { $0.fileRace = 1 }) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }
}
