import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// What only Fireworks does.
@Suite("Fireworks", .timeLimit(.minutes(2)))
struct FireworksTests {
    private let service = ServiceCase.all.first { $0.name == "fireworks" }

    @Test("A job that fails before it has answers gives the reason")
    func aJobThatFailsBeforeItHasAnswersSaysWhy() async throws {
        let script = SimulatorScript { $0.statuses = ["validating", "failed"] }
        try await ProviderSimulator.withRunning(.fireworks, script) { simulator in
            let bench = try Workbench()
            let batch = try await #require(service).run(1, on: simulator, bench: bench)
            let result = try #require(try await batch.results().all().first)
            #expect(result.outcome == .errored && result.error?.message.contains("The job failed.") == true)
        }
    }

    @Test("Results that are gone need a decision")
    func resultsThatAreGoneNeedADecision() async throws {
        let gone = Trouble(.respond(status: 404, body: #"{"code":5,"message":"not found"}"#), on: .getFile, calls: 3...)
        try await ProviderSimulator.withRunning(.fireworks, SimulatorScript { $0.troubles = [gone] }) { simulator in
            let bench = try Workbench()
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await #require(service).run(1, on: simulator, bench: bench)
            }
            #expect(error?.code == .needsAttention)
        }
    }
}
