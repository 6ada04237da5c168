import ArgumentParser
import Foundation
import LLMBatchSimulator
import LLMBatchTesting

/// Plays a provider on this machine, to try `llmbatch` without an account, key or cost.
@main
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a provider on this machine, over HTTP in its own wire format.",
        discussion: """
            Prints what to type in another shell, and then every call that it receives. Everything is in memory. Ctrl-C \
            ends it.

            Providers: \(ProviderSimulator.Kind.all.map(\.name).joined(separator: ", ")).
            """)

    @Argument(help: "The provider.", transform: kind) var provider: ProviderSimulator.Kind

    @Option(help: "The port; 0 picks a free one.") var port = 8765

    @Option(help: "Fail every Nth request with a reason.") var failEvery: Int?

    @Flag(help: "Accept the first create call but drop the response, so that the job exists and its id is lost.")
    var loseCreate = false

    private static func kind(_ name: String) throws -> ProviderSimulator.Kind {
        guard let kind = ProviderSimulator.Kind.all.first(where: { $0.name == name }) else {
            throw ValidationError("no simulator is named \(name)")
        }
        return kind
    }

    func validate() throws {
        if let failEvery, failEvery < 1 { throw ValidationError("--fail-every must be at least 1") }
        guard (0...Int(UInt16.max)).contains(port) else { throw ValidationError("--port must be from 0 to 65,535") }
    }

    func run() async throws {
        do {
            try await ProviderSimulator.withRunning(provider, script, port: port) { simulator in
                say(Self.directions(to: simulator))
                var shown = 0
                while true {
                    let known = shown
                    try await simulator.ledger.wait { $0.calls.count > known }
                    for call in simulator.ledger.calls[known...] { say("\(call.method) \(call.path)") }
                    shown = simulator.ledger.calls.count
                }
            }
        } catch let error as ProviderSimulator.PortTaken {
            throw ValidationError("port \(error.port) is in use by another program; --port 0 picks a free one")
        }
    }

    private var script: SimulatorScript {
        SimulatorScript { script in
            if loseCreate { script.troubles = [Trouble(.actThenDrop, on: .createBatch)] }
            script.answer = StructuredModel.enforcing
            if let failEvery {
                script.answer = {
                    ($0.lineIndex ?? 0) % failEvery == failEvery - 1
                        ? .httpError(status: 400, code: nil, message: "rejected by --fail-every")
                        : StructuredModel.enforcing($0)
                }
            }
        }
    }

    /// The commands that use the simulator.
    private static func directions(to simulator: ProviderSimulator) -> String {
        let access = simulator.access
        let options = access.options.merging(["poll-interval": "0.5"]) { $1 }.sorted { $0.key < $1.key }
        let exports = access.environment.sorted { $0.key < $1.key }.map { "export \($0.key)=\($0.value)" }
        let file = access.endpoint == "/v1/responses" ? "Examples/questions.jsonl" : "Examples/reviews.jsonl"
        let command =
            ["llmbatch run \(file) --provider \(simulator.kind.name) --base-url \(simulator.baseURL)"]
            + (access.model.map { ["--model \($0)"] } ?? []) + options.map { "--option \($0.key)=\($0.value)" }
        return
            (["# \(simulator.kind.name) answers at \(simulator.baseURL). In another shell:"] + exports
            + [command.joined(separator: " "), ""]).joined(separator: "\n")
    }

    /// Prints a line immediately, also into a pipe.
    private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
