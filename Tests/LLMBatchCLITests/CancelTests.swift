import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// A cancellation that meets a submission at each of its moments, on the real binary.
@Suite("The tool's cancellations", .timeLimit(.minutes(3)))
struct CancelTests {
    private static func bench(
        _ script: SimulatorScript = .init(),
        _ body: (borrowing Workbench, Tool, [String], ProviderSimulator) async throws -> Void
    ) async throws {
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment = simulator.access.environment
            let options = Workbench.patient.sorted { $0.key < $1.key }.flatMap {
                ["--option", "\($0.key)=\($0.value)"]
            }
            let submit =
                ["submit", try bench.file(count: 5), "--provider", "openai", "--base-url", simulator.baseURL] + options
            try await body(bench, tool, submit, simulator)
        }
    }

    /// Runs a submission that is killed at a failpoint.
    private static func killed(_ tool: Tool, _ submit: [String], at failpoint: String) async throws {
        var tool = tool
        tool.environment["LLMBATCH_FAILPOINT"] = failpoint
        let ended = try await tool.start(submit).ended()
        #expect(ended.wasKilled)
    }

    @Test("A cancel after a kill before the create call submits nothing")
    func before() async throws {
        try await Self.bench { _, tool, submit, simulator in
            try await Self.killed(tool, submit, at: "create-before-request")
            let cancel = try await tool.run("cancel", "@last", "--json")
            #expect(cancel.code == 0, "\(cancel.errors)")
            #expect(try cancel.count("cancelled") == 5)
            #expect(simulator.ledger.callCount(.createBatch) == 0)
        }
    }

    @Test("A cancel after a kill after the create call finds and cancels the job")
    func after() async throws {
        try await Self.bench { _, tool, submit, simulator in
            try await Self.killed(tool, submit, at: "create-after-response")
            let cancel = try await tool.run("cancel", "@last", "--json")
            #expect(cancel.code == 0, "\(cancel.errors)")
            #expect(simulator.ledger.callCount(.cancelBatch) == 1)
            #expect(try await tool.run("watch", "--json").count("cancelled") == 5)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A cancel while another process uploads makes that process submit nothing")
    func beside() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.delay(.seconds(3)), on: .uploadFile)] }
        try await Self.bench(script) { _, tool, submit, simulator in
            let submitting = try tool.start(submit)
            try await simulator.ledger.wait { $0.callCounts[.uploadFile] == 1 }
            let cancel = try await tool.run("cancel", "@last")
            #expect(cancel.code == 0, "\(cancel.errors)")
            _ = try await submitting.ended()
            #expect(simulator.ledger.callCount(.createBatch) == 0)
            #expect(try await tool.run("watch", "--json").count("cancelled") == 5)
        }
    }

    @Test("A cancel while another process creates the job makes that process cancel it")
    func besideTheCreate() async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.delay(.seconds(3)), on: .createBatch)]
            $0.holdAt = "in_progress"
        }
        try await Self.bench(script) { _, tool, submit, simulator in
            let submitting = try tool.start(submit)
            try await simulator.ledger.wait { $0.callCounts[.createBatch] == 1 }
            #expect(try await tool.run("cancel", "@last").code == 0)
            _ = try await submitting.ended()
            #expect(simulator.ledger.callCount(.cancelBatch) == 1)
        }
    }
}
