import ArgumentParser
import Foundation
import LLMBatch

/// Ends the program with what went wrong: said on stderr, as JSON on stdout when JSON was asked for, and as exit code.
struct Failure {
    private let error: any Error

    init(_ error: any Error) { self.error = error }

    func report() -> Never {
        switch error {
        case let code as ExitCode: Foundation.exit(code.rawValue)
        case let error as LLMBatchError:
            Terminal.say("llmbatch: \(error.message)")
            for line in Self.lines(of: error.hint) { Terminal.say("  \(line)") }
            if CommandLine.arguments.contains("--json") { try? Terminal.print(json: ErrorDocument(error)) }
            Foundation.exit(Self.exitCode(error.code))
        case is CancellationError: Foundation.exit(130)
        default:
            // Whatever is left is the argument parser's, which knows how to say it; others it prints as they are.
            if CommandLine.arguments.contains("--json"), LLMBatchCommand.exitCode(for: error) != .success {
                try? Terminal.print(
                    json: ErrorDocument(
                        LLMBatchError(.usage, UsageMessage(LLMBatchCommand.message(for: error)).lines.first ?? "")))
            }
            // Help is no failure, unless it cannot be written.
            if LLMBatchCommand.exitCode(for: error) == .success { Self.printHelp(error) }
            let lines = UsageMessage(LLMBatchCommand.fullMessage(for: error)).lines
            for (index, line) in lines.enumerated() { Terminal.say((index == 0 ? "llmbatch: " : "") + line) }
            Foundation.exit(LLMBatchCommand.exitCode(for: error).rawValue)
        }
    }

    /// Help, the version and completion scripts are data.
    private static func printHelp(_ error: any Error) -> Never {
        do { try Terminal.write(Array((LLMBatchCommand.fullMessage(for: error) + "\n").utf8)) } catch {
            Terminal.say("llmbatch: \((error as? LLMBatchError)?.message ?? "\(error)")")
            Foundation.exit(1)
        }
        Foundation.exit(0)
    }

    /// A hint with its commands as they are to be typed: on this store.
    private static func lines(of hint: String?) -> [String] {
        let suffix = StoreArguments.suffix
        return (hint ?? "").split(separator: "\n").map { line in
            suffix.isEmpty || line.contains(suffix)
                ? String(line) : String(line.replacing(/llmbatch (?:job )?[a-z]+/) { "\($0.output)\(suffix)" })
        }
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
    /// An argument that the tool does not know, or that makes no sense.
    static let usage = LLMBatchError.Code(rawValue: "usage")
}

/// An error as the JSON contract has it.
private struct ErrorDocument: Encodable {
    let schemaVersion = BatchDocument.schemaVersion
    let error: Content

    struct Content: Encodable {
        let code: String
        let message: String
        let hint: String?
    }

    init(_ error: LLMBatchError) {
        self.error = Content(code: error.code.rawValue, message: error.message, hint: error.hint)
    }
}
