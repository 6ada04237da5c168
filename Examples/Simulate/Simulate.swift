import ArgumentParser
import Foundation
import LLMBatchTesting

/// Plays a provider on this machine, so that `llmbatch` can be tried with it: no account, no key, no cost.
@main
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plays a provider on this machine, over HTTP and in its own wire format.",
        discussion: """
            It says what to type in another shell, and then tells every call that it gets. Everything is in memory. Ctrl-C \
            ends it.

            Providers: \(ProviderSimulator.Kind.all.map(\.name).joined(separator: ", ")).
            """)

    @Argument(help: "The provider.", transform: kind) var provider: ProviderSimulator.Kind

    @Option(help: "The port; 0 takes a free one.") var port = 8765

    @Option(help: "Refuses every so many requests with a reason.") var failEvery: Int?

    @Flag(help: "Takes the first create call and says nothing: the job is there, and its id is lost.")
    var loseCreate = false

    private static func kind(_ name: String) throws -> ProviderSimulator.Kind {
        guard let kind = ProviderSimulator.Kind.all.first(where: { $0.name == name }) else {
            throw ValidationError("no simulator is named \(name)")
        }
        return kind
    }

    func validate() throws {
        if let failEvery, failEvery < 1 { throw ValidationError("--fail-every must be at least 1") }
        guard (0...Int(UInt16.max)).contains(port) else { throw ValidationError("there is no port \(port)") }
    }

    func run() async throws {
        do {
            try await ProviderSimulator.withRunning(provider, script, port: port) { simulator in
                say(Self.directions(to: simulator))
                var told = 0
                while true {
                    let known = told
                    try await simulator.ledger.wait { $0.calls.count > known }
                    for call in simulator.ledger.calls[known...] { say("\(call.method) \(call.path)") }
                    told = simulator.ledger.calls.count
                }
            }
        } catch let error as ProviderSimulator.PortTaken {
            throw ValidationError("another program has the port \(error.port); --port 0 takes a free one")
        }
    }

    private var script: SimulatorScript {
        SimulatorScript { script in
            if loseCreate { script.troubles = [Trouble(.actThenDrop, on: .createBatch)] }
            script.answer = StructuredModel.enforcing
            if let failEvery {
                script.answer = {
                    ($0.lineIndex ?? 0) % failEvery == failEvery - 1
                        ? .httpError(status: 400, code: nil, message: "refused, as told")
                        : StructuredModel.enforcing($0)
                }
            }
        }
    }

    /// What a user types to work with a simulator.
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

    /// Says it at once, also into a pipe.
    private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
