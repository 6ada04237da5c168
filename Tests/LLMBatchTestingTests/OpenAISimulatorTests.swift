import Foundation
import LLMBatchSimulator
import LLMBatchTesting
import Testing

@Suite("OpenAI simulator: batches", .timeLimit(.minutes(2)))
struct OpenAISimulatorTests {
    @Test func aBatchGoesFromUploadToResults() async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let client = SimulatorClient(simulator)
            let id = try await client.submit(["a", "b"], metadata: ["job": "x"])
            let (batch, words) = try await client.finish(id)
            #expect(words == ["in_progress", "finalizing", "completed"])
            #expect(batch["error_file_id"] is NSNull)
            let lines = try await client.content(batch["output_file_id"]).lines
            #expect(lines.compactMap { $0["custom_id"] as? String } == ["a", "b"])
            let job = try #require(simulator.ledger.acceptedJobs.first)
            #expect(job.metadata == ["job": "x"] && job.customIDs == ["a", "b"])
            #expect(job.inputSHA256 == simulator.ledger.uploads.first?.sha256)
            #expect(simulator.ledger.askedCount("a") == 1)
            #expect(simulator.ledger.calls.map(\.status) == Array(repeating: 200, count: 6))
        }
    }

    @Test func uploadedBytesAreKeptExactly() async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let client = SimulatorClient(simulator)
            var bytes = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            bytes.append(contentsOf: "\r\n--b0undar\r\n".utf8)
            let file = try await client.upload(bytes, filename: "odd name.jsonl").json
            #expect(file["filename"] as? String == "odd name.jsonl")
            #expect(try await client.content(file["id"]).body == bytes)
        }
    }

    @Test("Every kind of answer ends in the right file")
    func everyKindOfAnswerEndsWhereItShould() async throws {
        let script = SimulatorScript {
            $0.answer = { request in
                switch request.customID {
                case "error": .httpError(status: 429, code: "slow_down", message: "too fast")
                case "raw": .raw(text: "{broken")
                case "rawError": .rawError(text: "")
                case "expired": .expired
                case "silent": .silent
                case "body": .body(status: 200, text: #"{"choices":null}"#)
                default: .text("said")
                }
            }
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            let id = try await client.submit(["ok", "error", "raw", "rawError", "expired", "silent", "body"])
            let (batch, _) = try await client.finish(id)
            let output = try await client.content(batch["output_file_id"])
            #expect(output.lines.map { $0["custom_id"] as? String } == ["ok", nil, "body"])
            #expect(String(decoding: output.body, as: UTF8.self).contains("\n{broken\n"))
            let errors = try await client.content(batch["error_file_id"]).lines
            #expect(errors.map { $0["custom_id"] as? String } == ["error", "expired"])
            let counts = batch["request_counts"] as? [String: Int]
            #expect(counts == ["total": 7, "completed": 3, "failed": 3])
        }
    }

    @Test("The script overrides the result files")
    func theScriptHasTheLastWordOverTheFiles() async throws {
        let script = SimulatorScript {
            $0.shapeFiles = { files in
                files.outputLines = files.outputLines.reversed() + [Data("{\"custom_id\":\"stranger\"}".utf8)]
                files.output?.removeLast()
                files.absentErrorFileID = ""
                files.counts = nil
            }
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            let (batch, _) = try await client.submitAndFinish(["a", "b"])
            #expect(batch["error_file_id"] as? String == "")
            #expect(batch["request_counts"] is NSNull)
            let output = try await client.content(batch["output_file_id"])
            #expect(output.lines.compactMap { $0["custom_id"] as? String } == ["b", "a", "stranger"])
            #expect(output.body.last == UInt8(ascii: "}"))
        }
    }

    @Test("An early end keeps the answers so far", arguments: [("expired", 2, 3), ("cancelled", 2, 0)])
    func anEarlyEndKeepsWhatWasAnswered(word: String, answered: Int, failed: Int) async throws {
        let script = SimulatorScript {
            $0.statuses = ["in_progress", word]
            $0.answeredBeforeEnd = answered
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            let (batch, _) = try await client.submitAndFinish(["a", "b", "c", "d", "e"])
            #expect(batch["status"] as? String == word)
            #expect(try await client.content(batch["output_file_id"]).lines.count == answered)
            #expect(failed == 0 ? batch["error_file_id"] is NSNull : batch["error_file_id"] is String)
            #expect((batch["request_counts"] as? [String: Int])?["failed"] == failed)
        }
    }

    @Test("A status can be held, released and forced")
    func wordsAreHeldReleasedAndForced() async throws {
        let script = SimulatorScript {
            $0.statuses = ["scheduling", "in_progress", "in_progress", "completed"]
            $0.holdAt = "in_progress"
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            let first = try await client.submit(["a"])
            let second = try await client.submit(["b"])
            #expect(await simulator.jobs.map(\.status) == ["scheduling", "scheduling"])
            for _ in 0..<5 { _ = try await client.get("/batches/\(first)") }
            #expect(await simulator.jobs.first?.status == "in_progress")
            simulator.release()
            #expect(try await client.finish(first).words == ["in_progress", "completed"])
            #expect(await simulator.force(second, to: "expired"))
            #expect(try await client.finish(second).words == ["expired"])
        }
    }

    @Test func cancelling() async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let client = SimulatorClient(simulator)
            let id = try await client.submit(["a"])
            #expect(try await client.post("/batches/\(id)/cancel").json["status"] as? String == "cancelling")
            let (batch, words) = try await client.finish(id)
            #expect(words == ["cancelled"] && batch["output_file_id"] is NSNull)
            #expect(try await client.post("/batches/\(id)/cancel").status == 409)
        }
    }

    @Test(
        "Bad input fails the batch",
        arguments: [
            (Data(), "empty_file"), (Data("{oops\n".utf8), "invalid_json_line"),
            (SimulatorClient.input(["a", "a"]), "duplicate_custom_id"),
            (SimulatorClient.input(["a"]) + SimulatorClient.input(["b"], model: "other"), "model_mismatch"),
        ])
    func badInputFailsTheBatch(input: Data, code: String) async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let client = SimulatorClient(simulator)
            let file = try await client.upload(input).json["id"] as? String ?? ""
            let id = try await client.create(file).json["id"] as? String ?? ""
            let (batch, words) = try await client.finish(id)
            #expect(words == ["failed"])
            let problems = (batch["errors"] as? [String: Any])?["data"] as? [[String: Any]]
            #expect(problems?.first?["code"] as? String == code)
        }
    }

    @Test func theTokenLimitMeetsTheFirstCreates() async throws {
        try await ProviderSimulator.withRunning(.openAI, SimulatorScript { $0.tokenLimitedCreates = 1 }) { simulator in
            let client = SimulatorClient(simulator)
            let first = try await client.submitAndFinish(["a"])
            let second = try await client.submitAndFinish(["a"])
            #expect(first.words == ["failed"] && second.words.last == "completed")
            #expect(simulator.ledger.acceptedJobs.count == 2)
            #expect(simulator.ledger.askedTwice.isEmpty)
        }
    }
}
