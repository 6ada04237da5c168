import Foundation
import LLMBatchSimulator
import LLMBatchTesting
import NIOCore
import NIOHTTP1
import Testing

@Suite("OpenAI simulator: the wire", .timeLimit(.minutes(2)))
struct OpenAISimulatorWireTests {
    @Test("A dropped call is closed without a response", arguments: [(Trouble.Kind.drop, 0), (.actThenDrop, 1)])
    func aDroppedCallIsClosedWithoutAnAnswer(kind: Trouble.Kind, accepted: Int) async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(kind, on: .createBatch)] }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            await #expect(throws: (any Error).self) { try await client.submit(["a"]) }
            #expect(simulator.ledger.acceptedJobs.count == accepted)
            #expect(simulator.ledger.callCount(.createBatch) == 1)
            #expect(simulator.ledger.calls(.createBatch).first?.status == nil)
            _ = try await client.submit(["b"])
            #expect(simulator.ledger.acceptedJobs.count == accepted + 1)
        }
    }

    @Test("A dropped connection ends the stream before any head")
    func aDropIsSeenAsTheEndOfTheStreamBeforeAnyHead() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.drop, on: .listFiles)] }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let answer = try await rawAnswer(to: "GET /v1/files HTTP/1.1\r\nhost: x\r\n\r\n", at: simulator.baseURL)
            #expect(answer.isEmpty)
        }
    }

    @Test("A hanging call ends with the client or the simulator")
    func aHangingCallEndsWithTheClientOrTheSimulator() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.actThenHang, on: .createBatch, calls: 1...)] }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            let file = try await client.upload(SimulatorClient.input(["a"])).json["id"] as? String ?? ""
            let giveUp = Task { try await client.create(file).status }
            try await simulator.ledger.waitForJobs()
            giveUp.cancel()
            await #expect(throws: (any Error).self) { try await giveUp.value }
            Task { try await client.create(file).status }
            try await simulator.ledger.waitForJobs(count: 2)
        }
    }

    @Test("A truncated body breaks off", arguments: [0, 100, 300_000])
    func aTruncatedBodyBreaksOff(count: Int) async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let client = SimulatorClient(simulator)
            let file = try await client.upload(Data(count: 1_000_000)).json["id"] as? String ?? ""
            simulator.updateScript { $0.troubles = [Trouble(.truncate(afterBytes: count), on: .fileContent)] }
            let request = "GET /v1/files/\(file)/content HTTP/1.1\r\nhost: x\r\n\r\n"
            let answer = try await rawAnswer(to: request, at: simulator.baseURL)
            let head = try #require(answer.range(of: Data("\r\n\r\n".utf8)))
            #expect(
                String(decoding: answer[..<head.lowerBound], as: UTF8.self).lowercased().contains(
                    "content-length: 1000000"))
            #expect(answer.count - head.upperBound == count)
            #expect(try await client.content(file).body.count == 1_000_000)
        }
    }

    @Test("A gateway can answer instead of the provider")
    func gatewaysAnswerInThePlaceOfTheProvider() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(.respond(status: 502, headers: ["retry-after": "3"], body: "<html>"), on: .createBatch),
                Trouble(.actThenRespond(status: 200, body: "{\"id\":"), on: .createBatch, calls: 2...2),
                Trouble(.redirect(to: "http://127.0.0.1:1/v1/batches"), on: .createBatch, calls: 3...3),
                Trouble(.delay(.milliseconds(1)), on: .createBatch, calls: 4...4),
            ]
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            let file = try await client.upload(SimulatorClient.input(["a"])).json["id"] as? String ?? ""
            let first = try await client.create(file)
            #expect(first.status == 502 && first.headers["retry-after"] == "3")
            #expect(simulator.ledger.acceptedJobs.isEmpty)
            #expect(try await client.create(file).json.isEmpty)
            #expect(simulator.ledger.acceptedJobs.count == 1)
            #expect(try await client.create(file).status == 307)
            #expect(try await client.create(file).status == 200)
            #expect(simulator.ledger.calls(.createBatch).map(\.status) == [502, 200, 307, 200])
            simulator.setScript(script)
            #expect(try await client.create(file).status == 502)
        }
    }

    @Test("Lists can lag behind, and creates can race")
    func racesAndLaggingLists() async throws {
        let script = SimulatorScript {
            $0.fileRace = 1
            $0.getRace = 1
            $0.listLag = 2
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            let file = try await client.upload(SimulatorClient.input(["a"])).json["id"] as? String ?? ""
            #expect(try await client.create(file).status == 400)
            let id = try await client.create(file).json["id"] as? String ?? ""
            #expect(try await client.get("/batches/\(id)").status == 404)
            #expect(try await client.get("/batches/\(id)").status == 200)
            #expect(try await client.get("/batches").ids.isEmpty)
            #expect(try await client.get("/batches").ids.isEmpty)
            #expect(try await client.get("/batches").ids == [id])
        }
    }

    @Test func listsArePagedAndMayRepeatForEver() async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let client = SimulatorClient(simulator)
            var ids: [String] = []
            for name in ["a", "b", "c"] { ids.append(try await client.submit([name])) }
            let first = try await client.get("/batches?limit=2")
            #expect(first.ids == [ids[2], ids[1]] && first.json["has_more"] as? Bool == true)
            let last = try await client.get("/batches?limit=2&after=\(ids[1])")
            #expect(last.ids == [ids[0]] && last.json["has_more"] as? Bool == false)
            #expect(try await client.get("/batches?limit=101").status == 400)
            #expect(try await client.get("/files?purpose=batch&order=asc&limit=1").ids.count == 1)
            simulator.updateScript { $0.repeatPage = true }
            let again = try await client.get("/batches?limit=2&after=\(ids[1])")
            #expect(again.ids == first.ids && again.json["has_more"] as? Bool == true)
        }
    }

    @Test("Keys and metadata are checked")
    func keysAndMetadataAreChecked() async throws {
        let script = SimulatorScript {
            $0.apiKey = "sk-right"
            $0.echoesKey = true
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let refused = try await SimulatorClient(simulator, key: "sk-wrong").get("/files")
            #expect(refused.status == 401 && refused.errorCode == "invalid_api_key")
            #expect(String(decoding: refused.body, as: UTF8.self).contains("sk-wrong"))
            let client = SimulatorClient(simulator, key: "sk-right")
            let file = try await client.upload(SimulatorClient.input(["a"])).json["id"] as? String ?? ""
            #expect(try await client.create(file, metadata: ["n": 1]).status == 400)
            #expect(try await client.create(file, metadata: ["n": String(repeating: "x", count: 513)]).status == 400)
            #expect(try await client.create(file, metadata: ["n": "1"]).status == 200)
        }
    }

    @Test("Realtime calls are answered and counted")
    func realtimeCallsAreAnsweredAndCounted() async throws {
        let script = SimulatorScript {
            $0.answer = { $0.askedBefore == 0 ? .httpError(status: 500, code: nil, message: "again") : .text("yes") }
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let client = SimulatorClient(simulator)
            let body = Data(#"{"model":"m","messages":[]}"#.utf8)
            let marker = ["X-Client-Request-Id": "row%201"]
            #expect(try await client.call(.POST, "/chat/completions", body: body, headers: marker).status == 500)
            let second = try await client.call(.POST, "/chat/completions", body: body, headers: marker)
            #expect(second.json["object"] as? String == "chat.completion")
            #expect(simulator.ledger.askedCount("row 1") == 2)
            #expect(simulator.ledger.realtimeAsks.map(\.customID) == ["row 1", "row 1"])
        }
    }

    @Test func aStoppedSimulatorCanStartAgainAtTheSamePort() async throws {
        let port = try await ProviderSimulator.withRunning(.openAI) { simulator in
            // Not kept open: a pooled connection to the first simulator would be tried on the second.
            _ = try await SimulatorClient(simulator).call(.GET, "/files", headers: ["connection": "close"])
            return Int(URL(string: simulator.baseURL)?.port ?? 0)
        }
        try await ProviderSimulator.withRunning(.openAI, port: port) { simulator in
            let answer = try await SimulatorClient(simulator).get("/files")
            #expect(answer.status == 200)
            await #expect(throws: (any Error).self) {
                try await ProviderSimulator.withRunning(.openAI, port: port) { _ in }
            }
        }
    }

    @Test func waitingEndsWithItsTask() async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let waiting = Task { try await simulator.ledger.waitForCalls(.createBatch) }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }
}

/// Sends bytes over a plain socket and gives everything that comes back until the other side closes.
private func rawAnswer(to request: String, at baseURL: String) async throws -> Data {
    let port = String(URL(string: baseURL)?.port ?? 0)
    return try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try askOverSocket(request, port: port) })
        }
    }
}

private func askOverSocket(_ request: String, port: String) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", #"exec 3<>/dev/tcp/127.0.0.1/$0; printf %s "$1" >&3; cat <&3"#, port, request]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let answer = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return answer
}
