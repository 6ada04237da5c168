import ArgumentParser
import Foundation
import LLMBatch

/// Ends the program with an error: a message on stderr, JSON on stdout with `--json`, and an exit code.
struct Failure {
    private let error: any Error

    init(_ error: any Error) { self.error = error }

    func report() -> Never {
        switch error {
        case let code as ExitCode: Foundation.exit(code.rawValue)
        case let error as LLMBatchError:
            Terminal.note("llmbatch: \(error.message)")
            for line in error.remedy.map({ RemedyText(remedy: $0).lines }) ?? [] { Terminal.note("  \(line)") }
            if CommandLine.arguments.contains("--json") { try? Terminal.print(json: ErrorDocument(error)) }
            Foundation.exit(Self.exitCode(error.code))
        case is CancellationError: Foundation.exit(130)
        default:
            // The rest comes from the argument parser, which formats its own errors and prints others as they are.
            if CommandLine.arguments.contains("--json"), LLMBatchCommand.exitCode(for: error) != .success {
                try? Terminal.print(
                    json: ErrorDocument(
                        LLMBatchError(.usage, UsageMessage(LLMBatchCommand.message(for: error)).lines.first ?? "")))
            }
            // Help is not a failure, unless it cannot be written.
            if LLMBatchCommand.exitCode(for: error) == .success { Self.printHelp(error) }
            let lines = UsageMessage(LLMBatchCommand.fullMessage(for: error)).lines
            for (index, line) in lines.enumerated() { Terminal.note((index == 0 ? "llmbatch: " : "") + line) }
            Foundation.exit(LLMBatchCommand.exitCode(for: error).rawValue)
        }
    }

    /// Help, the version and completion scripts are data.
    private static func printHelp(_ error: any Error) -> Never {
        do { try Terminal.write(Array((LLMBatchCommand.fullMessage(for: error) + "\n").utf8)) } catch {
            Terminal.note("llmbatch: \((error as? LLMBatchError)?.message ?? "\(error)")")
            Foundation.exit(1)
        }
        Foundation.exit(0)
    }

    private static func exitCode(_ code: LLMBatchError.Code) -> Int32 {
        switch code {
        case .notFound: 3
        case .keyRefused, .accountChanged: 4
        case .needsAttention: 5
        case .invalidConfiguration, .usage: 64
        case .providerUnavailable, .heldElsewhere, .storageUnavailable: 75
        default: 1
        }
    }
}

extension LLMBatchError.Code {
    /// An unknown or invalid argument.
    static let usage = LLMBatchError.Code(rawValue: "usage")
}

/// An error in the form of the JSON contract.
private struct ErrorDocument: Encodable {
    let schemaVersion = BatchDocument.schemaVersion
    let error: Content

    struct Content: Encodable {
        let code: String
        let message: String
        let hint: String?
    }

    init(_ error: LLMBatchError) {
        self.error = Content(
            code: error.code.rawValue, message: error.message,
            hint: error.remedy.map { RemedyText(remedy: $0).text })
    }
}
