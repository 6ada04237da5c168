import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// What only OpenRouter does.
@Suite("OpenRouter", .timeLimit(.minutes(2)))
struct OpenRouterTests {
    @Test("A deleted job does not end the search for a lost one")
    func aJobThatWasDeletedEndsNoSearch() async throws {
        let list =
            #"{"data":[{"id":"gone","status":"completed","created_at":\#(Int(Date().timeIntervalSince1970)),"#
            + #""request_counts":{"total":1,"completed":1,"failed":0}}],"has_more":false}"#
        let gone = #"{"error":{"code":410,"message":"Batch has been deleted"}}"#
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(.respond(status: 200, body: list), on: .listBatches),
                Trouble(.respond(status: 410, body: gone), on: .getBatch),
            ]
        }
        try await ProviderSimulator.withRunning(.openRouter, script) { simulator in
            let made = try Provider.openRouter(baseURL: simulator.baseURL, apiKey: .value("k"))
            guard case .batch(let provider) = made.kind else { return }
            let trace = ProviderJobFingerprint(
                token: "t", inputFileID: nil, since: Date(), requests: 1, idPrefix: "llmb")
            let jobs = try await provider.jobs(matching: trace)
            // It may have been the one that is looked for: that is for its owner to say.
            #expect(jobs.map(\.id) == ["gone"] && jobs.map(\.evidence) == [.circumstance])
        }
    }
}
