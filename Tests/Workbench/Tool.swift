public import Foundation
public import LLMBatch
public import LLMBatchSimulator
import LLMBatchTesting

/// The real binary, run in a subprocess on a store of its own.
public struct Tool: Sendable {
    /// Where the store and other files of a test are.
    public let folder: URL
    public var environment: [String: String] = [:]

    public struct Ended: Sendable {
        public let code: Int32
        /// True when a signal ended it.
        public let wasKilled: Bool
        public let output: String
        public let errors: String

        /// The JSON on stdout.
        public func json() throws -> JSONObject { try JSONObject(Array(output.utf8)) }
        /// The member `batch.counts`.
        public func count(_ name: String) throws -> Int? { try json().object("batch")?.object("counts")?.integer(name) }
    }

    public init(folder: URL) { self.folder = folder }

    public var database: String { folder.appending(path: "store.db").path }

    /// The binary stands beside the tests.
    public static let binary: URL = {
        let products = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        return products.appending(path: "llmbatch")
    }()

    /// Runs the tool to its end.
    public func run(_ arguments: String..., input: String? = nil) async throws -> Ended {
        try await start(arguments, input: input).ended()
    }

    /// Starts the tool.
    public func start(_ arguments: [String], input: String? = nil) throws -> Running {
        try Running(tool: self, binary: Self.binary, arguments: arguments, input: input)
    }

    /// A process under way. Its output goes to files, so that nothing blocks however much it says.
    public final class Running: @unchecked Sendable {
        private let process = Process()
        private let output: URL
        private let errors: URL

        public init(tool: Tool, binary: URL, arguments: [String], input: String?) throws {
            let name = UUID().uuidString
            output = tool.folder.appending(path: "\(name).out")
            errors = tool.folder.appending(path: "\(name).err")
            for file in [output, errors] { try Data().write(to: file) }
            process.executableURL = binary
            process.arguments = arguments
            var environment = ProcessInfo.processInfo.environment.filter {
                !$0.key.hasPrefix("OPENAI_") && !$0.key.hasPrefix("LLMBATCH_")
            }
            environment["LLMBATCH_DB"] = tool.database
            process.environment = environment.merging(tool.environment) { _, given in given }
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            if let input {
                let file = tool.folder.appending(path: "\(name).in")
                try Data(input.utf8).write(to: file)
                process.standardInput = try FileHandle(forReadingFrom: file)
            } else {
                process.standardInput = FileHandle.nullDevice
            }
            try process.run()
        }

        public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

        /// What it has said on stderr so far.
        public var said: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

        public func ended() async throws -> Ended {
            // Waiting blocks a thread, which must not be one of the few that run tasks.
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { [self] in
                    process.waitUntilExit()
                    continuation.resume()
                }
            }
            return Ended(
                code: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
                output: try String(contentsOf: output, encoding: .utf8), errors: said)
        }
    }
}

extension Tool {
    /// A tool with a key, for a simulator.
    public static func openAI(_ bench: borrowing Workbench, _ simulator: ProviderSimulator) -> Tool {
        var tool = Tool(folder: bench.folder)
        tool.environment["OPENAI_API_KEY"] = "sk-test"
        return tool
    }

    /// The arguments that lead to a simulator, in a hurry.
    public static func openAIArguments(_ simulator: ProviderSimulator) -> [String] {
        ["--provider", "openai", "--base-url", simulator.baseURL]
            + Workbench.hurry.sorted { $0.key < $1.key }.flatMap { ["--option", "\($0.key)=\($0.value)"] }
    }

    /// The arguments that lead to a simulator's realtime side.
    public static func realtimeArguments(_ simulator: ProviderSimulator, concurrency: Int) -> [String] {
        [
            "--provider", "realtime", "--base-url", simulator.baseURL, "--option", "backoff=0.001", "--concurrency",
            String(concurrency),
        ]
    }
}
