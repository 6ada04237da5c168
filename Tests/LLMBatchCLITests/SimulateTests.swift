import Foundation
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The example that plays a provider: its printed commands, typed.
@Suite("The simulator as a program", .timeLimit(.minutes(3)))
struct SimulateTests {
    @Test(
        "The commands that the simulator prints work",
        arguments: ["openai", "bedrock", "vertex-ai", "fireworks", "perplexity"])
    func whatItSaysWorks(_ provider: String) async throws {
        let bench = try Workbench()
        var tool = Tool(folder: bench.folder)
        let products = Tool.binary.deletingLastPathComponent()
        tool.environment["PATH"] = products.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").path
        let run = try await Companion.withRunning(
            products.appending(path: "Simulate"), [provider, "--port", "0", "--fail-every", "50", "--lose-create"],
            until: "\n\n", terminates: true
        ) { [tool] directions in
            #expect(directions.contains("--provider \(provider)"))
            let typed = "set -e; cd '\(root)'; \(directions) --option reconcile-interval=0.01 --json"
            return try await Tool.Running(
                tool: tool, binary: URL(filePath: "/bin/sh"), arguments: ["-c", typed], input: nil
            )
            .ended()
        }
        #expect(run.code == 2, "\(run.errors)")
        #expect(try run.count("succeeded") == 98)
        #expect(try run.count("errored") == 2)
    }

    @Test("An occupied port is reported with a remedy")
    func aPortThatIsTakenIsToldWithWhatToDo() async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let bench = try Workbench()
            let port = String(simulator.origin.split(separator: ":").last ?? "")
            let ended = try await Tool.Running(
                tool: Tool(folder: bench.folder),
                binary: Tool.binary.deletingLastPathComponent().appending(path: "Simulate"),
                arguments: ["openai", "--port", port], input: nil
            ).ended()
            #expect(ended.code == 64)
            #expect(ended.errors.contains("port \(port) is in use by another program; --port 0 picks a free one"))
        }
    }

    @Test("A provider that cannot be simulated is refused")
    func whatItCannotPlayIsRefused() async throws {
        let bench = try Workbench()
        let simulate = Tool.binary.deletingLastPathComponent().appending(path: "Simulate")
        for (arguments, reason) in [
            (["nobody"], "no simulator is named nobody"),
            (["openai", "--port", "70000"], "--port must be from 0 to 65,535"),
            (["openai", "--fail-every", "0"], "at least 1"),
        ] {
            let ended = try await Tool.Running(
                tool: Tool(folder: bench.folder), binary: simulate, arguments: arguments, input: nil
            ).ended()
            #expect(ended.code == 64 && ended.errors.contains(reason), "\(ended.errors)")
        }
    }
}
